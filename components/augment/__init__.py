"""Label-correct random copies of the training examples."""
