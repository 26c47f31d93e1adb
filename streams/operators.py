"""What a policy may do with one span, as operators of presidio-anonymizer; with redact.py its only user."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from presidio_anonymizer.entities import OperatorConfig
from presidio_anonymizer.operators import Operator, OperatorType

from schemas.events import TextField
from schemas.identifiers import RULES, IdentifierType
from schemas.vault import TOKEN_PATTERN, Secret, TokenMode
from streams.generalize import Generalizer
from streams.policy import OperatorName, PolicyRule
from streams.vault.tokens import TokenScope

#: What stands in place of a credential, which nobody can bring back.
CREDENTIAL = "[credential redacted]"
#: A token as it stands in redacted text: with brackets and what may remain, or bare.
TOKEN_IN_TEXT = (
    rf"\[(?P<dressed>{TOKEN_PATTERN})(?: (?:\d{{4}}|\d{{3}}|90\+))?\]|(?<!\w)(?P<bare>{TOKEN_PATTERN})(?!\w)"
)


@dataclass(slots=True)
class Task:
    """One span to be redacted: what the operator has to know, and the secret that it leaves behind."""

    type: IdentifierType
    rule: PolicyRule
    source: TextField = field(repr=False)
    scope: TokenScope = field(repr=False)
    generalizer: Generalizer = field(repr=False)
    touched: bool
    staff: bool
    secret: Secret | None = field(default=None, repr=False)


def configure(task: Task, text: str) -> OperatorConfig:
    """Return what the engine is told to do with the span of *task*, which covers *text*."""
    if task.type is IdentifierType.CREDENTIAL:
        return OperatorConfig("replace", {"new_value": CREDENTIAL})
    if task.staff:
        return OperatorConfig("token", {"task": task})
    if task.rule.keeps and task.generalizer.keeps(task.rule.keeps, text):
        return OperatorConfig("keep")
    return OperatorConfig(task.rule.operator.value, _PARAMS[task.rule.operator](task, text))


class TokenOperator(Operator):
    """Mints a token and leaves the secret with the task."""

    def operate(self, text: str, params: dict[str, Any] | None = None) -> str:
        """Return what stands in place of *text*."""
        task = _task(params)
        mode = TokenMode.DETERMINISTIC if task.staff else task.rule.mode or TokenMode.RANDOM
        token = task.scope.mint(task.type, text, mode, staff=task.staff)
        tag = task.scope.lookup_tag(task.type, text)
        task.secret = Secret(token, task.type, text, task.source.path, task.source.side.value, tag)
        remainder = _remainder(task, text) if task.rule.remainder else ""
        if remainder:
            return f"[{token} {remainder}]"
        return f"[{token}]" if task.touched else token

    def validate(self, params: dict[str, Any] | None = None) -> None:
        """Refuse a call without its task."""
        _task(params)

    def operator_name(self) -> str:
        """Return the word of the policy language."""
        return OperatorName.TOKEN.value

    def operator_type(self) -> OperatorType:
        """Return the side of presidio-anonymizer that this belongs to."""
        return OperatorType.Anonymize


class GeneralizeOperator(Operator):
    """Leaves what Safe Harbor lets stand, and no token."""

    def operate(self, text: str, params: dict[str, Any] | None = None) -> str:
        """Return what stands in place of *text*."""
        task = _task(params)
        remainder = _remainder(task, text)
        code = RULES[task.type].code
        return f"[{code} {remainder}]" if remainder else f"[{code}]"

    def validate(self, params: dict[str, Any] | None = None) -> None:
        """Refuse a call without its task."""
        _task(params)

    def operator_name(self) -> str:
        """Return the word of the policy language."""
        return OperatorName.GENERALIZE.value

    def operator_type(self) -> OperatorType:
        """Return the side of presidio-anonymizer that this belongs to."""
        return OperatorType.Anonymize


def _task(params: dict[str, Any] | None) -> Task:
    task = (params or {}).get("task")
    if not isinstance(task, Task):
        raise TypeError("operator was called without its task")
    return task


def _remainder(task: Task, text: str) -> str:
    return task.generalizer.remainder(task.type, text, task.scope.timestamp_ms)


_PARAMS: dict[OperatorName, Callable[[Task, str], dict[str, Any]]] = {
    OperatorName.TOKEN: lambda task, _: {"task": task},
    OperatorName.GENERALIZE: lambda task, _: {"task": task},
    OperatorName.REPLACE: lambda task, _: {"new_value": f"<{task.type.value}>"},
    OperatorName.MASK: lambda _, text: {"masking_char": "*", "chars_to_mask": len(text), "from_end": False},
    OperatorName.REDACT: lambda _task, _text: {},
    OperatorName.HASH: lambda task, _: {"hash_type": "sha256", "salt": task.scope.salt()},
    OperatorName.KEEP: lambda _task, _text: {},
}
