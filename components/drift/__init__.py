"""Tells whether new samples are unlike those that the champion was trained on."""
