"""How clients may ask, a file a protocol."""
