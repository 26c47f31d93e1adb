"""The audit log: a Merkle log that one process writes and anybody can check."""
