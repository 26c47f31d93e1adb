"""Metrics and logs: counts and codes, never text."""
