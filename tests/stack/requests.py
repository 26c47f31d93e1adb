"""Send single requests to the index on loopback, with no client library between."""

import http.client
import json
import ssl
from collections.abc import Mapping

_SECONDS = 60.0


def request(
    port: int,
    method: str,
    path: str,
    body: object = None,
    *,
    context: ssl.SSLContext | None = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, bytes]:
    """Send *body* (bytes as they are, anything else as JSON) and return the status and the answer."""
    client: http.client.HTTPConnection
    if context is None:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS)
    else:
        client = http.client.HTTPSConnection("127.0.0.1", port, timeout=_SECONDS, context=context)
    payload = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    try:
        client.request(method, path, payload, {"Content-Type": "application/json", **(headers or {})})
        answer = client.getresponse()
        return answer.status, answer.read()
    except http.client.HTTPException as error:
        raise ConnectionError(type(error).__name__) from None
    finally:
        client.close()
