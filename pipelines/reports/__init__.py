"""What a person sees of the stages: tables for the terminal, sheets and curves."""
