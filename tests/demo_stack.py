"""`make demo-stack`: the sample traffic through real Kafka, the redactor, the Faust monitor and OpenSearch."""

import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import orjson
from confluent_kafka import Producer
from rich.console import Console
from rich.progress import Progress

from schemas.topics import RAW
from streams.demo import show
from streams.demo.traffic import sample_lines
from streams.vault.key_pairs import ensure_key_pair
from tests.stack.running import Stack, load_stack

FOLDER = Path(".demo/stack")
MONITOR_PORT = 16_166
_SECONDS = 180.0

_SETTINGS = """
run_folder = "{folder}/run"
[kafka]
bootstrap_servers = "{bootstrap}"
environment = "demo-{run}"
partitions = 4
encrypted_at_rest = true
[siem]
url = "{url}"
encrypted_at_rest = true
[vault]
kek_uri = "{kek}"
quarantine_kek_uri = "{quarantine}"
token_keys_file = "{folder}/keys/token-keys.json"
key_store = "{folder}/keys.db"
[limits]
stream_idle_seconds = 10  # A stream of the samples never ends: nobody watching wants to wait for it a minute.
[monitor]
web_port = {port}
[tenants.demo]
[topics."llm.events.raw.v1"]
tenant = "demo"
"""


def main() -> None:
    """Run the demo on the stack that is up."""
    console = Console()
    stack = load_stack(secure=False)
    if stack is None:
        sys.exit("The stack is not up: run `make stack-up`.")
    config = _settings(stack)
    lines = list(sample_lines())
    _phistream("topics", "create", "--config", str(config))
    with ExitStack() as services:
        for service in (("worker", "--slots", "0-1", "--from", "earliest"), ("indexer",), ("monitor",)):
            services.enter_context(_service(*service, "--config", str(config)))
        _send(stack, lines)
        console.print(f"{len(lines)} raw events sent to {RAW} on {stack.bootstrap}", highlight=False)
        _wait(lambda: _indexed(config), len(lines), "redacted and indexed")
        hits = _search(config, "--limit", "200")
        token = show.first_token([{"value": {"record": hit}} for hit in hits])
        console.print(f"\n$ phistream search {token} --config {config} --limit 2", style="bold", highlight=False)
        _phistream("search", token, "--config", str(config), "--limit", "2")
        console.print("\n$ phistream quarantine list", style="bold")
        _phistream("quarantine", "list", "--config", str(config))
        console.print(f"\nThe monitor's view (http://127.0.0.1:{MONITOR_PORT}/):", style="bold", highlight=False)
        counts = _monitored(len(lines))
        console.print_json(counts.decode())
        if orjson.loads(counts).get("events_seen", 0) < len(lines):
            sys.exit(f"The monitor has not seen everything; the logs of the services lie in {FOLDER}.")


def _settings(stack: Stack) -> Path:
    folder = FOLDER.resolve()
    keys = folder / "keys"
    text = _SETTINGS.format(
        folder=folder,
        run=int(time.time()),
        bootstrap=stack.bootstrap,
        url=stack.opensearch_url,
        kek=ensure_key_pair(keys, "vault").uri,
        quarantine=ensure_key_pair(keys, "quarantine").uri,
        port=MONITOR_PORT,
    )
    path = folder / "phistream.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _phistream(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "streams.cli", *arguments], check=True)


@contextmanager
def _service(*arguments: str) -> Iterator[None]:
    """Run a service in the background, its log beside the settings."""
    with (FOLDER / f"{arguments[0]}.log").open("wb") as log:
        command = [sys.executable, "-m", "streams.cli", *arguments]
        child = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            yield
        finally:
            child.terminate()
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                child.kill()


def _send(stack: Stack, lines: Sequence[bytes]) -> None:
    producer = Producer(stack.kafka_options())
    for number, line in enumerate(lines):
        producer.produce(RAW, key=f"call-{number % 16}".encode(), value=line)
    producer.flush(30)


def _wait(count: Callable[[], int], total: int, what: str) -> None:
    """Show progress until *count* reaches *total*."""
    until = time.monotonic() + _SECONDS
    with Progress() as progress:
        task = progress.add_task(what, total=total)
        while (done := count()) < total:
            progress.update(task, completed=done)
            if time.monotonic() > until:
                sys.exit(f"Only {done} of {total} events arrived; the logs of the services lie in {FOLDER}.")
            time.sleep(0.5)
        progress.update(task, completed=total)


def _search(config: Path, *more: str) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "streams.cli", "search", "--config", str(config), "--json", *more]
    found = subprocess.run(command, capture_output=True, check=False)
    return [orjson.loads(line) for line in found.stdout.splitlines()]


def _indexed(config: Path) -> int:
    return len(_search(config, "--limit", "1000"))


def _monitored(total: int) -> bytes:
    """Return the monitor's counts as soon as it has seen everything, or what it has after a while."""
    until = time.monotonic() + _SECONDS / 2
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{MONITOR_PORT}/counts.json", timeout=5) as answer:
                seen: bytes = answer.read()
        except OSError:
            seen = b"{}"
        if orjson.loads(seen).get("events_seen", 0) >= total or time.monotonic() > until:
            return seen
        time.sleep(1)


if __name__ == "__main__":
    main()
