"""The embedded index: documents and their words in the log's SQLite file, searched with FTS5.

Contracts stand in ports.py. Words are folded before FTS5 sees them, so that both indexes agree on what a word is.
"""

import sqlite3
from collections.abc import Sequence
from typing import Any

import orjson

from schemas.errors import Pushback
from schemas.siem import KEYWORD_LENGTH, Document, Source
from streams.log.sqlite_store import SqliteStore
from streams.siem.ports import Outcome, Page, Query, cursor_of
from streams.siem.words import terms_of, words_of

_SCHEMA = """
CREATE TABLE IF NOT EXISTS siem_documents (
    id INTEGER PRIMARY KEY, event_id TEXT NOT NULL UNIQUE, revision INTEGER NOT NULL, time_ms INTEGER NOT NULL,
    sequence INTEGER NOT NULL, document BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS siem_times ON siem_documents (time_ms, sequence, event_id);
CREATE TABLE IF NOT EXISTS siem_values (
    field TEXT NOT NULL, value TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (field, value, id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS siem_values_by_id ON siem_values (id);
CREATE VIRTUAL TABLE IF NOT EXISTS siem_words USING fts5 (
    words, tokenize = "unicode61 remove_diacritics 0 tokenchars '_'");
"""
#: Query field -> document field, for exact values.
FILTERS = {
    "tenant": "tenant",
    "model": "model",
    "application": "application",
    "conversation": "conversation",
    "identifier": "identifiers",
    "kind": "kind",
}
_BUSY_SECONDS = 1.0


class SqliteSink:
    """The index of a state folder; shares the log's connection, so a write is one of the log's short transactions."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        if not self._select("SELECT 1 FROM sqlite_master WHERE name = 'siem_words'", ()):
            with store.transaction():
                for statement in _SCHEMA.split(";\n"):
                    store.connection.execute(statement)

    def write(self, documents: Sequence[Document]) -> Sequence[Outcome]:
        """Store documents in one transaction."""
        try:
            with self._store.transaction():
                return [self.put(document) for document in documents]
        except sqlite3.OperationalError:
            return [Outcome.PUSHBACK] * len(documents)

    def put(self, document: Document) -> Outcome:
        """Store one document inside the caller's transaction."""
        execute = self._store.connection.execute
        row = execute("SELECT id, revision FROM siem_documents WHERE event_id = ?", (document.id,)).fetchone()
        if row is not None:
            if row[1] > document.revision:
                return Outcome.BETTER
            for table, column in (("siem_documents", "id"), ("siem_values", "id"), ("siem_words", "rowid")):
                execute(f"DELETE FROM {table} WHERE {column} = ?", (row[0],))  # noqa: S608 - names of our own.
        source = document.source
        number = execute(
            "INSERT INTO siem_documents (event_id, revision, time_ms, sequence, document) VALUES (?, ?, ?, ?, ?)",
            (document.id, document.revision, source["time"], source["sequence"], orjson.dumps(source)),
        ).lastrowid
        values = {(name, value) for name in FILTERS.values() for value in _strings(source.get(name))}
        self._store.connection.executemany(
            "INSERT INTO siem_values VALUES (?, ?, ?)", [(name, value, number) for name, value in sorted(values)]
        )
        words = " ".join(words_of(source.get("text", "")))
        execute("INSERT INTO siem_words (rowid, words) VALUES (?, ?)", (number, words))
        return Outcome.STORED

    def search(self, query: Query) -> Page:
        """Return one page of hits."""
        where, arguments = _conditions(query)
        condition = " AND ".join(where) or "1"
        page, place = _page(query)
        order = "DESC" if query.newest_first else "ASC"
        try:
            total = self._select(f"SELECT count(*) FROM siem_documents WHERE {condition}", arguments)[0][0]  # noqa: S608
            rows = self._select(
                f"SELECT document FROM siem_documents WHERE {condition} AND {page}"  # noqa: S608
                f" ORDER BY time_ms {order}, sequence {order}, event_id {order} LIMIT ?",
                (*arguments, *place, query.limit + 1),
            )
        except sqlite3.OperationalError:
            raise Pushback(_BUSY_SECONDS) from None
        shown = tuple(orjson.loads(document) for (document,) in rows[: query.limit])
        more = cursor_of(shown[-1]) if len(rows) > len(shown) and shown else None
        return Page(shown, more, int(total))

    def _select(self, statement: str, arguments: Sequence[Any]) -> list[Any]:
        return self._store.connection.execute(statement, arguments).fetchall()


def _conditions(query: Query) -> tuple[list[str], list[Any]]:
    where: list[str] = []
    arguments: list[Any] = []
    for name, field in FILTERS.items():
        value = getattr(query, name)
        if value is not None:
            where.append("id IN (SELECT id FROM siem_values WHERE field = ? AND value = ?)")
            arguments += [field, value[:KEYWORD_LENGTH]]
    if query.since_ms is not None:
        where.append("time_ms >= ?")
        arguments.append(query.since_ms)
    if query.until_ms is not None:
        where.append("time_ms < ?")
        arguments.append(query.until_ms)
    terms = terms_of(query.words)
    if terms:
        where.append("id IN (SELECT rowid FROM siem_words WHERE siem_words MATCH ?)")
        arguments.append(" ".join(f'"{" ".join(words)}"' for words in terms))
    elif query.words:
        where.append("0")  # Nothing but punctuation was asked for: nothing holds it.
    return where, arguments


def _page(query: Query) -> tuple[str, tuple[Any, ...]]:
    if query.after is None:
        return "1", ()
    comparison = "<" if query.newest_first else ">"
    place = (query.after.time_ms, query.after.sequence, query.after.event_id)
    return f"(time_ms, sequence, event_id) {comparison} (?, ?, ?)", place


def _strings(value: Source | list[str] | str | None) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
