"""Fits a Keras model to the transformed examples and exports it."""
