"""A loopback server that plays a model's API: it keeps each request's body and answers what it was told to."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(slots=True)
class Api:
    """Where the server listens, and the bodies that came."""

    url: str
    bodies: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def answering(answers: Mapping[str, Any]) -> Iterator[Api]:
    """Serve the answer of each path."""
    api = Api("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Keep the body, and answer."""
            api.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            body = json.dumps(answers[self.path.partition("?")[0]]).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        api.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield api
        finally:
            server.shutdown()
            thread.join()
