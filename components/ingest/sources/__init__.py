"""One module a layout of labelled samples."""
