"""How much time a text is given."""

from enum import StrEnum


class Profile(StrEnum):
    """What reads a text beside the rules: the tagger alone, or behind it, where it is in doubt, a second stage."""

    FAST = "fast"
    ACCURATE = "accurate"
