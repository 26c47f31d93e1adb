"""Ways into a raw topic without a producer: files, and the HTTP door."""
