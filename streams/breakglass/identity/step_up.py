"""Asking for a stronger or a younger sign-in, as RFC 9470 says it."""

from dataclasses import dataclass

from schemas.audit_terms import Reason
from schemas.errors import AccessDenied


@dataclass(frozen=True, slots=True)
class StepUp:
    """What would be enough: one of these classes of authentication, at most so many seconds old."""

    acr_values: tuple[str, ...]
    max_age: int

    @property
    def header(self) -> str:
        """The value of WWW-Authenticate."""
        parts = ['Bearer error="insufficient_user_authentication"']
        if self.acr_values:
            parts.append(f'acr_values="{" ".join(self.acr_values)}"')
        return ", ".join([*parts, f'max_age="{self.max_age}"'])


class StepUpNeeded(AccessDenied):
    """The person is who they are, but proved it too weakly or too long ago; `step_up` says what would do."""

    def __init__(self, step_up: StepUp, reason: Reason) -> None:
        super().__init__("stronger or younger sign-in is needed", code=reason.value)
        self.step_up = step_up
