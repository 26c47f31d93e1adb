"""Settings with the environment above them, and what is wrong with them: by name, and never by value."""

import os
import re
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsError

from schemas.errors import ConfigError

Model = TypeVar("Model", bound=BaseSettings)
_FIELD = re.compile(r'field "(\w+)"')


def checked(settings: type[Model], tree: Mapping[str, Any]) -> Model:
    """Return the settings of a tree, with the environment above it; raises ConfigError that names what is refused."""
    _refuse_unknown_variables(settings)
    try:
        return settings(**tree)
    except ValidationError as error:
        raise _refusal_of(error) from None
    except SettingsError as error:
        field = _FIELD.search(str(error))
        raise ConfigError(
            "variable of the environment does not hold JSON", setting=field[1] if field else None
        ) from None


def _refuse_unknown_variables(settings: type[BaseSettings]) -> None:
    """Refuse variables with our prefix that name no field.

    pydantic-settings passes these over: a mistyped variable would change nothing, and nobody would be told.
    """
    prefix = settings.model_config.get("env_prefix", "")
    for name in sorted(os.environ):
        if name.upper().startswith(prefix):
            field = name[len(prefix) :].split("__")[0].lower()
            if field not in settings.model_fields:
                raise ConfigError("unknown setting in the environment", setting=name)


def _refusal_of(error: ValidationError) -> ConfigError:
    """Return the error for the first refused setting; pydantic's messages say what is allowed, not what was given."""
    first = error.errors(include_input=False, include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    match first["type"]:
        case "extra_forbidden":
            return ConfigError("unknown setting", setting=where)
        case "missing":
            return ConfigError("setting is missing", setting=where)
        case _:
            return ConfigError("setting is refused", setting=where, reason=first["msg"])
