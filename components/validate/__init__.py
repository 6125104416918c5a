"""Stops the run when the data breaks a rule."""
