"""KEKs that lie in a key management service: the wrapping side and the unwrapping side of each in files apart."""
