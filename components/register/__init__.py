"""Keeps models in the MLflow registry."""
