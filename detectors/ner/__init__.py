"""Names, places, facilities, employers, dates and ids by a small neural tagger."""
