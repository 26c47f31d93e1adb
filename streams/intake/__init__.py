"""Intake: raw records re-keyed, so that all that belongs together comes into one partition."""
