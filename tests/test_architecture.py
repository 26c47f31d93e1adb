"""The rules of who imports whom: schemas <- detectors <- streams <- tests and benchmarks."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("schemas", "detectors", "streams")
MAY_IMPORT = {"schemas": {"schemas"}, "detectors": {"schemas", "detectors"}, "streams": set(PACKAGES)}

#: Each heavy library, and the only places that may import it.
HOMES = {
    "confluent_kafka": ("streams/log/",),
    "faust": ("streams/monitor/",),
    "mode": ("streams/monitor/",),
    "spacy": ("detectors/ner/",),
    "onnxruntime": ("detectors/ner/",),
    "torch": ("detectors/ner/training/",),
    "presidio_anonymizer": ("streams/redact.py", "streams/operators.py"),
    "presidio_analyzer": ("detectors/presidio.py",),
    "opensearchpy": ("streams/siem/opensearch",),
    "cryptography": ("streams/vault/", "streams/audit/", "streams/log/seal.py", "streams/breakglass/identity/"),
    "sqlalchemy": ("streams/vault/", "streams/breakglass/"),
    "psycopg": ("streams/vault/", "streams/breakglass/"),
    "boto3": ("streams/vault/kms/", "streams/audit/"),
    "botocore": ("streams/vault/kms/", "streams/audit/"),
    "hvac": ("streams/vault/kms/",),
    "argon2": ("streams/breakglass/identity/",),
    "joserfc": ("streams/breakglass/identity/",),
    "httpx": ("streams/breakglass/",),
    "rfc8785": ("streams/audit/",),
    "starlette": ("streams/ingest/listening.py", "streams/ingest/serving.py", "streams/breakglass/"),
    "uvicorn": ("streams/ingest/serving.py", "streams/breakglass/"),
    "google": ("schemas/sources/otlp.py",),
    "opentelemetry": ("schemas/sources/otlp.py",),
    "re2": ("detectors/patterns/", "detectors/structured/", "detectors/gazetteers/"),
}


def _modules(folder: str) -> Iterator[Path]:
    yield from sorted((ROOT / folder).rglob("*.py"))


def _imports(path: Path) -> Iterator[str]:
    """Yield the full dotted name of everything that a module imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None and node.level == 0:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").exists()


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_follow_the_direction(package: str) -> None:
    """A package imports those before it in the chain, and none after it."""
    wrong = [
        (path.name, name)
        for path in _modules(package)
        for name in _imports(path)
        if name.split(".")[0] in {*PACKAGES, "tests", "benchmarks"} and name.split(".")[0] not in MAY_IMPORT[package]
    ]

    assert [] == wrong


@pytest.mark.parametrize("package", PACKAGES)
def test_nothing_imports_a_package_itself(package: str) -> None:
    """The defining module is imported, never a package's __init__."""
    wrong = []
    for path in _modules(package):
        for name in _imports(path):
            if name.split(".")[0] not in PACKAGES:
                continue
            owner = name.rsplit(".", 1)[0]
            if not _is_module(name) and not _is_module(owner):
                wrong.append((str(path.relative_to(ROOT)), name))

    assert [] == wrong


@pytest.mark.parametrize("package", PACKAGES)
def test_heavy_libraries_stay_at_home(package: str) -> None:
    """Each heavy library is imported in the one place that the design names for it."""
    wrong = []
    for path in _modules(package):
        where = path.relative_to(ROOT).as_posix()
        for name in _imports(path):
            homes = HOMES.get(name.split(".")[0])
            if homes is not None and not where.startswith(homes):
                wrong.append((where, name))

    assert [] == wrong


@pytest.mark.parametrize("package", PACKAGES)
def test_modules_keep_their_size(package: str) -> None:
    """A module over 300 lines holds a second concept."""
    long = [
        (path.relative_to(ROOT).as_posix(), lines)
        for path in _modules(package)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 300
    ]

    assert [] == long


def test_the_redactor_cannot_open() -> None:
    """Nothing that the worker imports leads to the side of the vault that opens."""
    opening = {f"streams.vault.{name}" for name in "opening kek_local_private openers rewrapping restoring".split()}
    opening |= {"streams.vault.kms.aws_unwrap", "streams.vault.kms.hcvault_unwrap"}
    seen: set[str] = set()
    todo = ["streams.worker_main"]
    while todo:
        module = todo.pop()
        if module in seen:
            continue
        seen.add(module)
        for name in _imports(ROOT.joinpath(*module.split(".")).with_suffix(".py")):
            todo += [each for each in (name, name.rsplit(".", 1)[0]) if _is_module(each)]

    assert set() == opening & seen
