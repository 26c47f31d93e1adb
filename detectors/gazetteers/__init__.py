"""Look-up layer: who and what is listed, and the recognizers that redact from lists alone."""
