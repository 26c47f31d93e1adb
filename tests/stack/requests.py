"""Send single requests to the index on loopback, with no client library between."""

import http.client
import json
import ssl


def request(
    port: int, method: str, path: str, body: object = None, *, context: ssl.SSLContext | None = None
) -> tuple[int, bytes]:
    """Send one request to the node on loopback and return its status and body."""
    client: http.client.HTTPConnection
    if context is None:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
    else:
        client = http.client.HTTPSConnection("127.0.0.1", port, timeout=15, context=context)
    try:
        payload = None if body is None else json.dumps(body)
        client.request(method, path, payload, {"Content-Type": "application/json"})
        answer = client.getresponse()
        return answer.status, answer.read()
    except http.client.HTTPException as error:
        raise ConnectionError(type(error).__name__) from None
    finally:
        client.close()
