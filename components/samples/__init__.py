"""Kinds of input: each knows its samples from the source's bytes to the serving signature."""
