"""Scores any number of samples with a registered model, as a Beam job."""
