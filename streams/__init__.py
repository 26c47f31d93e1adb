"""The running system: the redactor, its stores, the index, the monitor."""
