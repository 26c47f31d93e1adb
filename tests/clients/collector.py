"""A real OpenTelemetry Collector with the Kafka exporter, built from its Go modules, once, into the stack's cache."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.stack.gobuild import BUILD_SECONDS, built
from tests.stack.ports import free_port

_VERSION = "0.152.0"
_PROVIDERS = "1.58.0"
_PARTS = f"""
dist: {{name: otelcol, output_path: ./out}}
conf_resolver: {{default_uri_scheme: file}}
receivers: [{{gomod: go.opentelemetry.io/collector/receiver/otlpreceiver v{_VERSION}}}]
processors: [{{gomod: go.opentelemetry.io/collector/processor/batchprocessor v{_VERSION}}}]
exporters:
  [{{gomod: github.com/open-telemetry/opentelemetry-collector-contrib/exporter/kafkaexporter v{_VERSION}}}]
providers:
  - gomod: go.opentelemetry.io/collector/confmap/provider/fileprovider v{_PROVIDERS}
  - gomod: go.opentelemetry.io/collector/confmap/provider/yamlprovider v{_PROVIDERS}
"""
_CONFIG = """
receivers:
  otlp: {{protocols: {{http: {{endpoint: "127.0.0.1:{port}", include_metadata: true}}}}}}
exporters:
  kafka:
    brokers: ["{brokers}"]
    include_metadata_keys: [{header}]
    traces: {{topic: "{topic}", encoding: otlp_proto}}
    logs: {{topic: "{topic}", encoding: otlp_proto}}
service:
  telemetry: {{metrics: {{level: none}}, logs: {{level: error}}}}
  pipelines:
    traces: {{receivers: [otlp], exporters: [kafka]}}
    logs: {{receivers: [otlp], exporters: [kafka]}}
"""


def collector() -> Path:
    """Return the Collector's program; skip, saying why, only where there is no Go to build it with."""
    return built(f"collector-{_VERSION}", _build)


def _build(go: str, folder: Path) -> Path:
    """Generate the Collector's source and compile it; a plain builder run fails on a module that only tests need."""
    (folder / "parts.yaml").write_text(_PARTS)
    environment = {**os.environ, "GOBIN": str(folder)}
    builder = f"go.opentelemetry.io/collector/cmd/builder@v{_VERSION}"
    generate = [str(folder / "builder"), "--config", "parts.yaml", "--skip-compilation", "--skip-get-modules"]
    for command, where in (
        ([go, "install", builder], folder),
        (generate, folder),
        ([go, "build", "-mod=mod", "-o", "otelcol", "."], folder / "out"),
    ):
        subprocess.run(command, cwd=where, env=environment, check=True, timeout=BUILD_SECONDS)
    return folder / "out" / "otelcol"


@contextmanager
def collecting(folder: Path, brokers: str, topic: str, header: str) -> Iterator[str]:
    """Run a Collector that writes to a topic, with a request's *header* as the record's; yield its URL."""
    port = free_port()
    config = folder / "collector.yaml"
    config.write_text(_CONFIG.format(port=port, brokers=brokers, topic=topic, header=header))
    with subprocess.Popen([collector(), "--config", str(config)], stderr=subprocess.DEVNULL) as process:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(30)
