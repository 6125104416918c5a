"""Draws street scenes in perspective, with the exact class of every pixel."""
