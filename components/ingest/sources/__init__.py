"""One module a layout of labelled images."""
