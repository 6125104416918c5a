"""Measures the exported model on the test split."""
