"""Separation of duties: which roles nobody holds together, and who changes the roles of others."""

from collections.abc import Mapping

from schemas.access import APPROVERS, Identity, Role
from schemas.audit_terms import Reason
from schemas.errors import AccessDenied
from schemas.vault import TenantId

#: Whose holders propose and confirm changes of roles, and enrol and offboard people. A key administrator is none of
#: them: who holds the keys does not choose who may use them.
ADMINISTRATORS = APPROVERS

Roles = Mapping[TenantId, frozenset[Role]]


def refuse_conflict(roles: Roles) -> None:
    """Raise AccessDenied where one person would hold key_admin and a role that approves, in whichever tenants."""
    held = frozenset[Role]().union(*roles.values())
    if Role.KEY_ADMIN in held and held & APPROVERS:
        raise AccessDenied("nobody holds key_admin and a role that approves", code=Reason.ROLES_CONFLICT.value)


def administers(identity: Identity, tenant: TenantId) -> bool:
    """Tell whether the person may change roles of a tenant."""
    return bool(identity.roles.get(tenant, frozenset()) & ADMINISTRATORS)
