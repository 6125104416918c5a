"""The label columns of faces."""

IDENTITY, PAIRS = "identity", "pairs"
