"""The OpenAPI document of the break-glass API, out of the shapes that the API itself checks."""

from typing import Any

from pydantic import BaseModel

from streams.breakglass.bodies import DisclosuresBody, GrantBody, LookupBody, RevealBody, RevealTextBody
from streams.breakglass.http_erasing import ErasureBody
from streams.breakglass.http_people import OffboardBody
from streams.breakglass.http_quarantine import QuarantineBody
from streams.breakglass.policy import GrantEvent
from streams.breakglass.problems import PROBLEM_JSON

#: What people say to a grant.
VERBS = {
    event.value: event
    for event in (
        GrantEvent.APPROVE,
        GrantEvent.DENY,
        GrantEvent.ACTIVATE,
        GrantEvent.RATIFY,
        GrantEvent.CONTEST,
        GrantEvent.REVOKE,
        GrantEvent.RELEASE,
        GrantEvent.REVIEW,
        GrantEvent.FIND,
    )
}
_JSON = "application/json"
_SCHEMAS = "#/components/schemas/"
_REFUSALS = {
    "400": "A query that no address here takes.",
    "401": "No token, a wrong one, or a sign-in that is too weak or too old (RFC 9470).",
    "403": "Not this person, not now, or not this much.",
    "404": "No such grant, for this person; no such entry.",
    "409": "The grant is in another state; a legal hold stands against the erasure.",
    "422": "A body of another shape, or terms that no grant may have.",
    "429": "Too many reveals in a minute.",
    "503": "The audit log, the keys, the provider or the log are not there, or the view is behind.",
}


def document() -> dict[str, Any]:
    """Return the document."""
    bodies: tuple[type[BaseModel], ...] = (
        GrantBody,
        RevealBody,
        RevealTextBody,
        LookupBody,
        DisclosuresBody,
        ErasureBody,
        QuarantineBody,
        OffboardBody,
    )
    schemas: dict[str, Any] = {"Problem": _problem()}
    for body in bodies:
        schema = body.model_json_schema(ref_template=f"{_SCHEMAS}{{model}}")
        schemas |= schema.pop("$defs", {})
        schemas[body.__name__] = schema
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "phistream break-glass",
            "version": "1",
            "description": "Clear values for people with a grant. No token and no value stands in an address.",
        },
        "security": [{"bearer": []}],
        "paths": {path: _with_key(operations) for path, operations in _paths().items()},
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "schemas": dict(sorted(schemas.items())),
        },
    }


def _with_key(operations: dict[str, Any]) -> dict[str, Any]:
    """Return the operations of a path, with the key that a POST may carry."""
    if "post" not in operations:
        return operations
    told = "The same key and body are answered as the first time, for a day; where clear values were shown, by 409."
    key = {"name": "Idempotency-Key", "in": "header", "required": False, "schema": {"type": "string"}}
    post = operations["post"]
    return {**operations, "post": {**post, "parameters": [*post.get("parameters", ()), {**key, "description": told}]}}


def _paths() -> dict[str, Any]:
    grant_id = {"name": "grant_id", "in": "path", "required": True, "schema": {"type": "string"}}
    verb = {"name": "verb", "in": "path", "required": True, "schema": {"enum": list(VERBS)}}
    state = {"name": "state", "in": "query", "required": False, "schema": {"type": "string"}}
    return {
        "/v1/grants": {
            "post": _operation("Ask for a grant.", "201", GrantBody),
            "get": {**_operation("List the grants that you asked for or judge.", "200"), "parameters": [state]},
        },
        "/v1/grants/{grant_id}": {
            "get": {**_operation("Show one grant, and why it was asked for.", "200"), "parameters": [grant_id]},
        },
        "/v1/grants/{grant_id}/{verb}": {
            "post": {**_operation("Say something to a grant.", "200"), "parameters": [grant_id, verb]},
        },
        "/v1/reveal": {"post": _operation("Show clear values, item by item.", "200", RevealBody)},
        "/v1/reveal-text": {"post": _operation("Show a redacted text with its values.", "200", RevealTextBody)},
        "/v1/lookup": {"post": _operation("Find the tokens of values.", "200", LookupBody)},
        "/v1/disclosures": {
            "post": _operation("List who was shown which tokens (45 CFR 164.528).", "200", DisclosuresBody)
        },
        "/v1/erasures": {
            "post": _operation("Erase a unit, a tenant, or the record of a token for good.", "200", ErasureBody),
            "get": _operation("List the erasures that you may judge.", "200"),
        },
        "/v1/quarantine/replay": {
            "post": _operation("Put quarantined records back for redaction, each once.", "200", QuarantineBody)
        },
        "/v1/quarantine/destroy": {
            "post": _operation("Destroy quarantined records; the answer says what remains.", "200", QuarantineBody)
        },
        "/v1/people/offboard": {
            "post": _operation("End somebody's sign-in, roles and open grants, for good.", "200", OffboardBody)
        },
        **_audit_paths(),
        "/openapi.json": {"get": _open("This document.")},
        "/healthz": {"get": _open("Whether the service answers.")},
        "/readyz": {"get": _open("Whether reveals can be served; 503 while they cannot, with the part that fails.")},
        "/metrics": {"get": _open("Metrics, for this host alone; 404 for others.", "text/plain")},
        "/v1/metrics": {"get": _operation("Metrics, for the role observability.", "200", media="text/plain")},
    }


def _audit_paths() -> dict[str, Any]:
    index, first, end = (
        {"name": name, "in": "query", "schema": {"type": "integer"}} for name in ("index", "from", "to")
    )
    proof = _operation("Prove that an entry is in the log that the checkpoint covers.", "200", media="text/plain")
    checkpoint = _operation("The newest signed checkpoint, a C2SP note.", "200", media="text/plain")
    entries = _operation("Entries of the tenants whose auditor you are, 256 at most; without numbers the last.", "200")
    return {
        "/v1/audit/checkpoint": {"get": checkpoint},
        "/v1/audit/proof": {"get": {**proof, "parameters": [{**index, "required": True}]}},
        "/v1/audit/entries": {"get": {**entries, "parameters": [first, end]}},
    }


def _operation(summary: str, status: str, body: type[BaseModel] | None = None, media: str = _JSON) -> dict[str, Any]:
    problem = {"content": {PROBLEM_JSON: {"schema": {"$ref": f"{_SCHEMAS}Problem"}}}}
    responses = {status: _done(media)}
    responses |= {code: {"description": text, **problem} for code, text in _REFUSALS.items()}
    found: dict[str, Any] = {"summary": summary, "responses": responses}
    if body is not None:
        schema = {"$ref": f"{_SCHEMAS}{body.__name__}"}
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return found


def _open(summary: str, media: str = _JSON) -> dict[str, Any]:
    return {"summary": summary, "security": [], "responses": {"200": _done(media)}}


def _done(media: str) -> dict[str, Any]:
    schema = {"type": "object"} if media == _JSON else {"type": "string"}
    return {"description": "Done.", "content": {media: {"schema": schema}}}


def _problem() -> dict[str, Any]:
    text = {"type": "string"}
    members = {"type": text, "title": text, "status": {"type": "integer"}, "code": text, "request_id": text}
    return {"type": "object", "properties": members, "required": list(members), "additionalProperties": False}
