"""An HTTP proxy before the index that answers in its stead when a test says so."""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson

_SECONDS = 60.0
#: What a plan may say of a request: an HTTP status to answer with, or LOST: forward it and drop the answer.
LOST = -1


@dataclass
class Trouble:
    """What the proxy does; a test changes it while the proxy runs, and reads what it saw."""

    #: Answers a whole request with a status, or lets it pass with None.
    request: Callable[[str, str], int | None] = field(default=lambda _method, _path: None)
    #: Answers one document of a bulk request with a status by its id, or lets it pass with None.
    item: Callable[[str], int | None] = field(default=lambda _id: None)
    bulks: list[list[str]] = field(default_factory=list)


@contextmanager
def proxied(port: int, trouble: Trouble) -> Iterator[str]:
    """Run a proxy before the index on *port* of this host; give its URL."""

    class Answering(BaseHTTPRequestHandler):
        """Forwards requests, but for those that the trouble is about."""

        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            """Forward one request, or answer it."""
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status = trouble.request(self.command, self.path)
            if status is not None and status != LOST:
                self._reply(status, b"{}")
                return
            if "_bulk" in self.path:
                code, content = _bulk(port, self.path, body, trouble)
            else:
                code, content = _forward(port, self.command, self.path, body)
            if status == LOST:
                self.close_connection = True
                return
            self._reply(code, content)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = answer  # noqa: N815 - names of the standard library.

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as the base class names it.
            """Print nothing."""

        def _reply(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _forward(port: int, method: str, path: str, body: bytes) -> tuple[int, bytes]:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS)
    try:
        client.request(method, path, body or None, {"Content-Type": "application/json"})
        answer = client.getresponse()
        return answer.status, answer.read()
    finally:
        client.close()


def _bulk(port: int, path: str, body: bytes, trouble: Trouble) -> tuple[int, bytes]:
    """Forward the documents that no trouble is about, and answer for the others in their places."""
    lines = body.splitlines(keepends=True)
    pairs = list(zip(lines[::2], lines[1::2], strict=True))
    ids = [orjson.loads(action)["index"]["_id"] for action, _ in pairs]
    trouble.bulks.append(ids)
    statuses = [trouble.item(name) for name in ids]
    passing = [pair for pair, status in zip(pairs, statuses, strict=True) if status is None]
    items: list[Any] = []
    if passing:
        code, content = _forward(port, "POST", path, b"".join(line for pair in passing for line in pair))
        if code != http.client.OK:
            return code, content
        items = orjson.loads(content)["items"]
    answered = iter(items)
    merged = [next(answered) if status is None else {"index": {"status": status}} for status in statuses]
    return http.client.OK, orjson.dumps({"items": merged})
