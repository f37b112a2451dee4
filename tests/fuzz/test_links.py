"""What a link carries, and codes that people pass on: a stranger wrote both."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings

from bot.packs import SHIPPED, write
from tests.fuzz.desk import Say, typed
from tests.fuzz.target import Target, bent

CODES = tuple(write(shipped.pack).encode() for shipped in SHIPPED.values())
LINKED = (b"t_dominance", b"dominance", b"p_risk-off", b"l_ABCDEFGH", *(b"p_" + c for c in CODES))


def targets(say: Say) -> Iterator[Target]:
    """A link's payload, a pack's code before and after it is agreed to, and a link's code."""
    yield typed("link-start", "/start ", say, LINKED)
    yield typed("link-pack", "/pack ", say, CODES)
    yield typed("link-pack-add", "/pack add ", say, CODES)
    yield typed("link-link", "/link ", say, (b"ABCDEFGH", b"off", b"12345678"))


@pytest.mark.parametrize("number", range(4))
def test_any_payload_is_answered(say: Say, number: int) -> None:
    target = list(targets(say))[number]

    @settings(max_examples=40)
    @given(bent(target.seeds))
    def feed(data: bytes) -> None:
        target.feed(data)

    feed()
