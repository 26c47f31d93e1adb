"""Recognizers of identifiers with a form of their own or a caption, in linear time."""
