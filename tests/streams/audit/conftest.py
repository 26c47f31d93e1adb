"""The disk of these tests need not outlive a power cut: what a killed process wrote is there without waiting for it."""

import os

import pytest


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask the disk for nothing; that the product asks it, and when, is a test of its own."""
    for name in ("fsync", "fdatasync"):
        monkeypatch.setattr(os, name, lambda _descriptor: None)
