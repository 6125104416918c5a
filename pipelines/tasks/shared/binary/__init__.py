"""What tasks of two classes have in common: the probability of the second one."""
