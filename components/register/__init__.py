"""Puts the model into the MLflow registry, behind a gate."""
