"""The index in OpenSearch; the only user of opensearch-py.

Contracts stand in ports.py. A bulk request is our own NDJSON, so that a failure never carries a document with it: the
client's helpers put whole documents into their exceptions.
"""

import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import orjson
from opensearchpy import OpenSearch
from opensearchpy.exceptions import ConnectionError as NoConnection
from opensearchpy.exceptions import OpenSearchException, SSLError, TransportError

from schemas.errors import Pushback, SinkRefused
from schemas.siem import KEYWORD_LENGTH, Document, Source
from streams.config import Settings, SiemSettings
from streams.siem.ports import Outcome, Page, Query, cursor_of
from streams.siem.words import terms_of

_SECONDS = 60.0
_BULK_BYTES = 8 * 1024 * 1024
_BUSY_SECONDS = 1.0
_STORED = frozenset({200, 201})
_CONFLICT = 409
_BUSY = frozenset({408, 429, 500, 502, 503, 504})
_DENIED = frozenset({401, 403, 404})
_ORDER = (("time", "date"), ("sequence", "long"), ("event_id", "keyword"))
_FILTERS = {
    "tenant": "tenant",
    "model": "model",
    "application": "application",
    "conversation": "conversation",
    "identifier": "identifiers",
    "kind": "kind",
}


@cache
def index_template() -> dict[str, Any]:
    """Return the composable index template that ships with the package."""
    file = resources.files("streams.siem") / "assets" / "index_template.json"
    template: dict[str, Any] = orjson.loads(file.read_bytes())
    return template


def connect_sink(settings: Settings) -> "OpenSearchSink":
    """Connect to the configured index; nothing is sent before the first call."""
    siem = settings.siem
    return OpenSearchSink(connect(siem), siem.index_prefix)


def connect(siem: SiemSettings) -> OpenSearch:
    """Return a client: no retries of its own, TLS 1.2 or newer, a password or a client certificate."""
    login = None
    if siem.username is not None:
        login = (siem.username, "" if siem.password is None else siem.password.get_secret_value())
    options: dict[str, Any] = {"http_auth": login, "timeout": _SECONDS, "max_retries": 0, "retry_on_timeout": False}
    if siem.url.startswith("https://"):
        options["ssl_context"] = _tls(siem)
    return OpenSearch(hosts=[siem.url], **options)


def _tls(siem: SiemSettings) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=siem.ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if siem.certificate_file is not None:
            context.load_cert_chain(siem.certificate_file, siem.key_file)
    except (OSError, ssl.SSLError) as error:
        raise SinkRefused("certificate or key cannot be read", reason=error.strerror) from None
    return context


@dataclass(frozen=True, slots=True)
class _Line:
    """One document of a bulk request, as its two lines of NDJSON."""

    number: int
    data: bytes

    def __repr__(self) -> str:
        return f"_Line({self.number}, {len(self.data)} bytes)"


class OpenSearchSink:
    """One date index a day, made with the strict mapping before its first document."""

    def __init__(self, client: OpenSearch, prefix: str) -> None:
        self._client = client
        self._prefix = prefix
        self._made: set[str] = set()

    def write(self, documents: Sequence[Document]) -> Sequence[Outcome]:
        """Store documents in bulk requests of a bounded size."""
        outcomes = [Outcome.PUSHBACK] * len(documents)
        if not all(self._ensure(day) for day in sorted({document.day for document in documents})):
            return outcomes
        lines = (_Line(number, self._line(document)) for number, document in enumerate(documents))
        for bulk in _cut(lines):
            for line, outcome in zip(bulk, self._send(bulk), strict=True):
                outcomes[line.number] = outcome
        return outcomes

    def search(self, query: Query) -> Page:
        """Return one page of hits."""
        order = "desc" if query.newest_first else "asc"
        body: dict[str, Any] = {
            "query": {"bool": {"filter": _conditions(query)}},
            "sort": [{name: {"order": order, "unmapped_type": type_}} for name, type_ in _ORDER],
            "size": query.limit + 1,
            "track_total_hits": True,
        }
        if query.after is not None:
            body["search_after"] = [query.after.time_ms, query.after.sequence, query.after.event_id]
        try:
            # Part of the hits would look like all of them: a shard that does not answer is an error.
            answer = self._client.search(
                index=f"{self._prefix}-*", body=body, params={"allow_partial_search_results": "false"}
            )
        except OpenSearchException as error:
            raise _unanswered(error) from None
        hits: list[Source] = [hit["_source"] for hit in answer["hits"]["hits"]]
        shown = tuple(hits[: query.limit])
        more = cursor_of(shown[-1]) if len(hits) > len(shown) and shown else None
        return Page(shown, more, int(answer["hits"]["total"]["value"]))

    def refresh(self) -> None:
        """Let searches see what was written; the index does so by itself every second."""
        self._client.indices.refresh(index=f"{self._prefix}-*")

    def days(self) -> Sequence[str]:
        """See DateIndexes; an index of another name is none of ours."""
        try:
            found = self._client.indices.get(
                index=f"{self._prefix}-*", params={"expand_wildcards": "all", "filter_path": "*.aliases"}
            )
        except OpenSearchException as error:
            raise _unanswered(error) from None
        return sorted(name.removeprefix(f"{self._prefix}-") for name in found)

    def drop(self, day: str) -> None:
        """See DateIndexes."""
        try:
            self._client.indices.delete(index=self._index(day), params={"ignore_unavailable": "true"})
        except OpenSearchException as error:
            raise _unanswered(error) from None
        self._made.discard(day)

    def _index(self, day: str) -> str:
        return f"{self._prefix}-{day}"

    def _ensure(self, day: str) -> bool:
        """Make the index of a day with our mapping, never the server's guess; tell whether it is there."""
        if day in self._made:
            return True
        try:
            self._client.indices.create(index=self._index(day), body=index_template()["template"])
        except OpenSearchException as error:
            if _status(error) in _BUSY:
                return False
            if _kind(error) != "resource_already_exists_exception":
                raise _refused(error) from None
        self._made.add(day)
        return True

    def _line(self, document: Document) -> bytes:
        action = {
            "index": {
                "_index": self._index(document.day),
                "_id": document.id,
                "version": document.revision,
                "version_type": "external_gte",
            }
        }
        return orjson.dumps(action) + b"\n" + orjson.dumps(document.source) + b"\n"

    def _send(self, bulk: Sequence[_Line]) -> Sequence[Outcome]:
        try:
            answer = self._client.bulk(body=b"".join(line.data for line in bulk), params={"filter_path": _WANTED})
        except OpenSearchException as error:
            status = _status(error)
            if status in _BUSY:
                return [Outcome.PUSHBACK] * len(bulk)
            if status in _DENIED or isinstance(error, SSLError):
                raise _refused(error) from None
            if len(bulk) == 1:
                return [Outcome.REJECTED]
            # The whole request is refused (too large, or one document spoils it): halves tell which.
            middle = len(bulk) // 2
            return [*self._send(bulk[:middle]), *self._send(bulk[middle:])]
        return [_outcome(item["index"]) for item in answer["items"]]


#: Errors of items name the field's value: only their kind is asked for.
_WANTED = "items.index.status,items.index.error.type"


def _outcome(item: dict[str, Any]) -> Outcome:
    status = item["status"]
    if status in _STORED:
        return Outcome.STORED
    if status == _CONFLICT:
        return Outcome.BETTER
    if status in _BUSY:
        return Outcome.PUSHBACK
    if status in _DENIED:
        raise SinkRefused("index denies a write", status=status, kind=str(item.get("error", {}).get("type", "")))
    return Outcome.REJECTED


def _cut(lines: Iterator[_Line]) -> Iterator[Sequence[_Line]]:
    bulk: list[_Line] = []
    size = 0
    for line in lines:
        if bulk and size + len(line.data) > _BULK_BYTES:
            yield bulk
            bulk, size = [], 0
        bulk.append(line)
        size += len(line.data)
    if bulk:
        yield bulk


def _conditions(query: Query) -> list[dict[str, Any]]:
    conditions: list[dict[str, Any]] = []
    for name, field in _FILTERS.items():
        value = getattr(query, name)
        if value is not None:
            conditions.append({"term": {field: value[:KEYWORD_LENGTH]}})
    times = {"gte": query.since_ms, "lt": query.until_ms}
    bounds = {name: value for name, value in times.items() if value is not None}
    if bounds:
        conditions.append({"range": {"time": bounds}})
    terms = terms_of(query.words)
    if query.words and not terms:
        conditions.append({"match_none": {}})
    conditions += [{"match_phrase": {"text": " ".join(words)}} for words in terms]
    return conditions


def _status(error: OpenSearchException) -> int:
    """Return the HTTP status, 503 for an index that cannot be reached, 400 for what the client itself refuses."""
    if isinstance(error, SSLError):
        return 403
    if isinstance(error, NoConnection):
        return 503
    status = error.status_code if isinstance(error, TransportError) else 400
    return status if isinstance(status, int) else 503


def _kind(error: OpenSearchException) -> str:
    return str(error.error) if isinstance(error, TransportError) and isinstance(error.error, str) else ""


def _unanswered(error: OpenSearchException) -> Pushback | SinkRefused:
    return Pushback(_BUSY_SECONDS) if _status(error) in _BUSY else _refused(error)


def _refused(error: OpenSearchException) -> SinkRefused:
    return SinkRefused("index denies access or is not there", status=_status(error), kind=_kind(error)[:64])
