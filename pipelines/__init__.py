"""What runs, in which order and with which parameters."""
