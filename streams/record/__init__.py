"""From a raw record to its leaves: decoded, bounded, recognised, and what of it is text."""
