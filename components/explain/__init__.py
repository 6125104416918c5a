"""A look inside a network: what its parts see, and what of a sample decides."""
