"""From a rebuilt record to the event that may be seen: its identity, conversation and agreement."""
