"""Scores any number of images with a registered model, as a Beam job."""
