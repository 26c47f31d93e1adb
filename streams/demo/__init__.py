"""The demo: sample traffic with invented people, and what to see in it."""
