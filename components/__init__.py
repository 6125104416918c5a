"""What each stage does, a folder a stage."""
