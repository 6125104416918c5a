"""The label columns of faces, and a metric that others than the evaluation know."""

IDENTITY, PAIRS = "identity", "pairs"

STRICT = "strict_threshold"
"""The distance up to which somebody is taken for one of many people."""
