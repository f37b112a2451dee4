"""What /import is given: any lines make all that they say, or nothing, and an answer."""

from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings

from tests.fuzz.desk import Say, typed
from tests.fuzz.target import NASTY, Target, bent

EXPORTED = b"""
/subscribe dominance season
/alert btc_dominance below 55 once
/alert russell_2000 rises 9% in 15 sessions remind 1d
/settings quiet 22:00-07:00
/settings zone Europe/Berlin
/mute it until recovers
/mute dominance 1d
"""
LONGEST_BYTES = 6_000
"""What the longest words hold that a platform lets somebody say."""


def targets(say: Say) -> Iterator[Target]:
    """What follows /import."""
    yield typed("import", "/import ", say, (EXPORTED, *EXPORTED.split(b"\n")[1:-1]))


def test_any_lines_are_answered(say: Say) -> None:
    (target,) = targets(say)

    @settings(max_examples=40)
    @example(b"/alert btc_dominance below 55\n" * 200)
    @example(b";" * LONGEST_BYTES)
    @example(b"/" * LONGEST_BYTES)
    @example(b"/settings zone berln\n" * 280)
    @example("/alert btc_dominance below \u0665\u0665\n/mute it \u202e1d".encode())
    @given(bent(target.seeds))
    def feed(data: bytes) -> None:
        target.feed(data)

    feed()


@pytest.mark.parametrize("nasty", NASTY, ids=repr)
def test_many_of_what_readers_stumble_over(say: Say, nasty: bytes) -> None:
    (target,) = targets(say)
    target.feed((EXPORTED + nasty * (4_000 // max(1, len(nasty))))[:LONGEST_BYTES])
