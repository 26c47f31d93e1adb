"""Who people are and what they may do: local accounts, roles given by two persons, tokens of an identity provider."""
