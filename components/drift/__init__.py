"""Tells whether new images are unlike those that the champion was trained on."""
