"""A new task: looks at somebody's data and writes a block of parameters that fits them."""
