"""From text to spans: pure recognizers in layers."""
