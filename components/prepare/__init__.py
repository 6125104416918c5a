"""Parquet to transformed examples, with TFX and TensorFlow Transform."""
