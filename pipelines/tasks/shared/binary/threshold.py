"""From which probability on an image counts as one of the positive class."""

THRESHOLD = 0.5
