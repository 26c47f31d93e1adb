"""Tokens, data keys and sealed secrets; FORMAT.md says it byte by byte."""
