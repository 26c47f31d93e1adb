"""Streams: joiners that make of a provider's pieces the event that it would have sent in one."""
