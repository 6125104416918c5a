"""Draws grey faces from a three-dimensional model, with the exact places of their points."""
