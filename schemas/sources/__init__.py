"""One file per log format, recognised by shape."""
