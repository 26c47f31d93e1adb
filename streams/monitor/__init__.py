"""The monitor: windowed counts, alerts and a live view, over topics that hold no PHI in clear."""
