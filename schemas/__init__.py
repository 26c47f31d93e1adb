"""What crosses a boundary: values, their grammar and their bytes. No I/O."""
