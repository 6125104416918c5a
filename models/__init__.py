"""Keras architectures, one a module, each built by a function build."""
