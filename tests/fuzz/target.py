"""A reader of bytes from outside, and bytes to feed it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

FOUND = Path(__file__).parent / "found"
LONGEST_SECONDS = 2.0
"""Of processor time; no reader may take so long over the few kilobytes that it is fed."""


@dataclass(frozen=True, slots=True)
class Target:
    """One reader: `read` raises for whatever must never happen, and for nothing else."""

    name: str
    read: Callable[[bytes], None]
    seeds: tuple[bytes, ...]
    """What it understands, for others to be made of."""

    def feed(self, data: bytes) -> None:
        """Let it read; raises AssertionError where that takes too long."""
        began = time.process_time()
        self.read(data)
        taken = time.process_time() - began
        assert taken < LONGEST_SECONDS, f"{taken:.1f} s for {len(data)} bytes"

    @property
    def found(self) -> list[Path]:
        """Inputs that it once stumbled over."""
        return sorted((FOUND / self.name).glob("*"))


NASTY = (
    b"", b"\x00", b"\xff", b"\xed\xa0\x80", b"\xe2\x80\xae", b"\xef\xbc\x91", b"\n", b"\r\n", b" ",
    b'"', b"'", b"\\", b"\\ud800", b"\\u0000", b"{", b"}", b"[" * 2_000, b"]", b"<", b">", b"&",
    b"<table" * 200, b"</", b"/", b";", b",", b"@everyone", b"0", b"-", b"1e999", b"-0", b"NaN",
    b"Infinity", b"null", b"true", b"9" * 5_000, b"0." + b"0" * 400 + b"1", b"9999-12-31", b"%",
    b"$(id)", b"{0.__class__}", b"%s%n",
)  # fmt: skip
"""What readers stumble over."""


def bent(seeds: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Something understood in which a few pieces have become others, or any bytes."""
    place = st.floats(0, 1)
    piece = st.one_of(st.sampled_from(NASTY), st.sampled_from(seeds), st.binary(max_size=12))
    bends = st.lists(st.tuples(place, place, piece), min_size=1, max_size=4)
    return st.one_of(st.builds(_bent, st.sampled_from(seeds), bends), st.binary(max_size=300))


def _bent(data: bytes, bends: Sequence[tuple[float, float, bytes]]) -> bytes:
    for one, other, piece in bends:
        begin, end = sorted((int(one * len(data)), int(other * len(data))))
        # A cut that leaves nothing is no test of what comes behind it.
        end = min(end, begin + 40)
        data = data[:begin] + piece + data[end:]
    return data
