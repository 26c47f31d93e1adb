"""Formats that say themselves what a value is: messages, resources, tables, forms, key-value lines."""
