"""Searching as an analyst: somebody of a break-glass folder signs in, and sees the tenant whose analyst they are."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.access import Role
from schemas.audit_terms import Action, Reason, Result
from schemas.errors import AccessDenied
from streams.commands.signing_in import at_accounts, now, sign_in

if TYPE_CHECKING:
    from schemas.audit import Actor
    from streams.siem.ports import Query


def as_analyst(state: Path, source: str | None, query: "Query") -> "tuple[Actor, Query]":
    """Return who asks, and the query kept to one tenant; raises AccessDenied, told, for a tenant that is not theirs.

    Where the query names no tenant it is the only one of theirs.
    """
    from schemas.vault import TenantId
    from streams.breakglass.identity.registry import actor_of, record_of

    with at_accounts(state, source) as (accounts, given):
        identity = sign_in(accounts, given)
        mine = [tenant for tenant in sorted(identity.roles) if identity.holds(tenant, Role.ANALYST)]
        wanted = TenantId(query.tenant) if query.tenant is not None else (mine[0] if len(mine) == 1 else None)
        if wanted not in mine:
            home = accounts.registry.home
            record = record_of(Action.AUTH_DENIED, actor_of(identity), (identity.person,), tenant=home, now=now())
            accounts.registry.tell(record, Result.DENIED, Reason.ROLE_MISSING)
            raise AccessDenied("role is missing", code=Reason.ROLE_MISSING.value, role=Role.ANALYST.value)
    return actor_of(identity), replace(query, tenant=wanted)
