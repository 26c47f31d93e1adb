"""What clear values are wanted for: a grant is of one purpose, and whoever uses it says it again."""

from schemas.access import Grant, Purpose
from schemas.audit_terms import Reason
from streams.breakglass.persons import refused


def refuse_purpose(grant: Grant, purpose: Purpose) -> None:
    """Raise AccessDenied where something else is wanted now than what the grant was approved for."""
    if purpose is not grant.terms.purpose:
        raise refused(Reason.PURPOSE)


def sees_masked(purpose: Purpose) -> bool:
    """Tell whether a purpose never sees a whole value."""
    return purpose is Purpose.QUALITY_ENGINEERING
