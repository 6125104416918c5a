"""Measures the exported model on the test split and judges it beside the champion."""
