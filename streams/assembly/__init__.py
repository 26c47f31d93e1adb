"""Streams that go over several records: their state while they are open, and how it comes back after a restart."""
