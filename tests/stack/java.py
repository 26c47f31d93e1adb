"""Find a JDK that a server of the stack runs on, or say which one is missing."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.stack.settings import StackError

_JVM_FOLDERS = (Path("/usr/lib/jvm"), Path("/Library/Java/JavaVirtualMachines"), Path("/opt/java"))


@dataclass(frozen=True, slots=True)
class Jdk:
    """One Java installation."""

    home: Path
    version: int

    @property
    def java(self) -> Path:
        """Return the launcher."""
        return self.home / "bin" / "java"


def find_jdk(wanted_by: str, *, at_least: int, at_most: int | None = None) -> Jdk:
    """Return the first fitting JDK, those named by the environment before the lowest installed one."""
    found = tuple(_installed())
    for jdk in found:
        if jdk.version >= at_least and (at_most is None or jdk.version <= at_most):
            return jdk
    versions = f"version {at_least} or newer" if at_most is None else f"a version from {at_least} to {at_most}"
    seen = ", ".join(f"{jdk.version} in {jdk.home}" for jdk in found) or "none"
    raise StackError(
        f"{wanted_by} needs a JDK of {versions}; found: {seen}.\n"
        f"Fix: install one (Debian and Ubuntu: apt install openjdk-{at_least}-jdk-headless; macOS: brew install "
        f"openjdk@{at_least}; any system: Eclipse Temurin {at_least}) or name its folder in PHISTREAM_JAVA_HOME."
    )


def _installed() -> Iterator[Jdk]:
    named = [Path(home) for name in ("PHISTREAM_JAVA_HOME", "JAVA_HOME") if (home := os.environ.get(name))]
    on_path = shutil.which("java")
    others = [Path(on_path).resolve().parents[1]] if on_path else []
    for folder in _JVM_FOLDERS:
        if folder.is_dir():
            others += [
                home / "Contents/Home" if (home / "Contents/Home").is_dir() else home for home in folder.iterdir()
            ]
    preferred = [jdk for home in named if (jdk := _inspect(home))]
    rest = [jdk for home in others if (jdk := _inspect(home))]
    homes: set[Path] = set()
    for jdk in preferred + sorted(rest, key=lambda jdk: (jdk.version, str(jdk.home))):
        if jdk.home.resolve() not in homes:
            homes.add(jdk.home.resolve())
            yield jdk


def _inspect(home: Path) -> Jdk | None:
    java = home / "bin" / "java"
    if not os.access(java, os.X_OK):
        return None
    release = home / "release"
    text = release.read_text(encoding="utf-8", errors="replace") if release.is_file() else _ask(java)
    match = re.search(r'version\s*[="\s]+(?:1\.)?(\d+)', text, re.IGNORECASE)
    return Jdk(home, int(match[1])) if match else None


def _ask(java: Path) -> str:
    try:
        answer = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stderr
