"""What is wrong with settings, in words that name the setting and never show its value."""

import re
from collections.abc import Iterable

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsError

from schemas.errors import ConfigError

_FIELD = re.compile(r'field "(\w+)"')


def refuse_unknown_variables(names: Iterable[str], settings: type[BaseSettings]) -> None:
    """Refuse environment variables with the prefix of *settings* that name none of its fields.

    pydantic-settings passes these over: a mistyped variable would change nothing, and nobody would be told.
    """
    prefix = settings.model_config.get("env_prefix", "")
    for name in sorted(names):
        if name.upper().startswith(prefix):
            field = name[len(prefix) :].split("__")[0].lower()
            if field not in settings.model_fields:
                raise ConfigError("unknown setting in the environment", setting=name)


def refusal_of(error: ValidationError | SettingsError) -> ConfigError:
    """Return the error for the first refused setting; pydantic's messages say what is allowed, not what was given."""
    if not isinstance(error, ValidationError):
        field = _FIELD.search(str(error))
        return ConfigError("variable of the environment does not hold JSON", setting=field[1] if field else None)
    first = error.errors(include_input=False, include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    match first["type"]:
        case "extra_forbidden":
            return ConfigError("unknown setting", setting=where)
        case "missing":
            return ConfigError("setting is missing", setting=where)
        case _:
            return ConfigError("setting is refused", setting=where, reason=first["msg"])
