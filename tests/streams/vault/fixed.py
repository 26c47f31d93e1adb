"""Keys and a clock that never change, so that tests and vectors are the same everywhere."""

from dataclasses import dataclass

from streams.vault.tokenkeys import DigestKey, Epoch, TokenKeys

NOVEMBER = 1_793_491_200_000  # 2026-11-01T00:00:00Z


@dataclass(slots=True)
class StillClock:
    """A clock that moves when it is told to."""

    wall_ms: int = NOVEMBER
    seconds: float = 0.0

    def now_ms(self) -> int:
        """Return the time it was set to."""
        return self.wall_ms

    def monotonic(self) -> float:
        """Return the seconds it was set to."""
        return self.seconds


def fixed_keys(first: int = 0) -> TokenKeys:
    """Return token keys made of counted bytes, with two epochs."""
    secrets = [bytes(range(first + at, first + at + 32)) for at in range(0, 160, 32)]
    epochs = (Epoch("a", 0, secrets[0]), Epoch("b", NOVEMBER, secrets[1]))
    return TokenKeys(epochs, secrets[2], secrets[3], (DigestKey("dg_example", secrets[4]),))
