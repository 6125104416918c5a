"""What the tasks of boxes share."""
