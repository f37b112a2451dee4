"""What people type: any text behind any command is answered, and the answer can be shown."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings

from bot.parts import find_parts
from handlers.help import EXAMPLES
from tests.fuzz.desk import Say, typed
from tests.fuzz.target import Target, bent

NAMES = tuple(command.name for command in find_parts().commands)
OWN_FILES = ("start", "pack", "link", "import")
"""Those that a stranger's link, code or file reaches have files of their own."""
WORDS = (
    "btc_dominance below 55 for 2 days once until 2027-01-31",
    "russell_2000 rises 9% in 15 sessions remind 1d",
    "3 btc_dominance above 60.5 step 1",
    "dominance season etf", "all", "yes", "12", "week", "btc_dominance 1y", "max",
    "dominance 1d", "3 until recovers", "until btc_dominance below 55", "until 2026-12-24 18:00",
    "quiet 22:00-07:00", "quiet 10pm to 7am", "zone Europe/Berlin", "zone berlin",
    "digest sunday 18:00", "language de", "urgent dominance", "pin", "off",
)  # fmt: skip
SEEDS = tuple(word.encode() for word in WORDS)


def targets(say: Say) -> Iterator[Target]:
    """A command each, and texts that name none of ours."""
    for name in NAMES:
        if name not in OWN_FILES:
            example = EXAMPLES.get(name, "").partition(" ")[2].encode()
            yield typed(f"chat-{name}", f"/{name} ", say, (*SEEDS, example))
    yield typed("chat-anything", "/", say, tuple(f"{name} 1".encode() for name in NAMES))


@pytest.mark.parametrize("number", range(len(NAMES) - len(OWN_FILES) + 1))
def test_any_text_is_answered(say: Say, number: int) -> None:
    target = list(targets(say))[number]

    @settings(max_examples=10)
    @given(bent(target.seeds))
    def feed(data: bytes) -> None:
        target.feed(data)

    feed()
