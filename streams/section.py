"""What every section of the settings has in common."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A frozen section that refuses unknown keys, and whose errors never show a value."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
