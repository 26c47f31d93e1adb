"""The detector as it is run: its settings, a customer's lists, the shadow, explanations."""
