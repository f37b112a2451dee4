"""Draws docs/pictures: a first talk with the real program, on each platform, light and dark."""

import asyncio
import math
import random
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from tests.e2e.process import ROOT
from tests.e2e.world import RECORD
from tests.providers.market import COINGECKO, COINMARKETCAP, COINPAPRIKA, RUSSELL, SP, Market
from tests.transcripts.draw import (
    DISCORD_DARK,
    DISCORD_LIGHT,
    TELEGRAM_DARK,
    TELEGRAM_LIGHT,
    Look,
    draw,
)
from tests.transcripts.places import Place, on_discord, on_telegram
from tests.transcripts.talk import Said

PICTURES = ROOT / "docs" / "pictures"
LOOKS = {
    "telegram-light": TELEGRAM_LIGHT,
    "telegram-dark": TELEGRAM_DARK,
    "discord-light": DISCORD_LIGHT,
    "discord-dark": DISCORD_DARK,
}
RECORD_SESSION = 60
"""The record stands so many sessions after the first; a fall and the way back follow."""


def lively_market(sessions: list[date]) -> Market:
    """A record, a fall of a sixth, and a climb that ends just below the record."""
    dice = random.Random(7)  # noqa: S311 - to look alive, and always the same.
    small = list(zip(sessions, _closes(len(sessions), dice), strict=True))
    large = [(day, round(5200 + 4 * n + dice.gauss(0, 25), 2)) for n, day in enumerate(sessions)]
    return Market(
        closes={RUSSELL: small, SP: large},
        dominance={COINMARKETCAP: 56.4, COINGECKO: 55.2, COINPAPRIKA: 54.1},
        season_index=58.0,
    )


def _closes(count: int, dice: random.Random) -> Iterator[float]:
    mood = 0.0
    for number in range(count):
        mood = 0.93 * mood + dice.gauss(0, 11)
        way = (number - RECORD_SESSION) / (count - RECORD_SESSION)
        depth = 380 * math.sin(math.pi * way**0.8) if way > 0 else -250 * way
        peak = number == RECORD_SESSION
        yield RECORD if peak else round(min(RECORD - 25 - depth + mood, RECORD - 8), 2)


async def first_talk(place: Place) -> list[list[Said]]:
    """What somebody new may do, in three screens."""
    person, talk = place.person, place.person.talk
    hello = await person.say("/start", "Hello, I am altseason-bot")
    await person.press("Get the essentials", hello, "Subscribed: breakout")
    greeted = len(talk)
    place.break_out()
    alert = await person.hear("Russell 2000 breaks out")
    picker = await person.press("Snooze", alert, "For how long")
    await person.press("1 week", picker, "Muted: russell_breakout")
    told = len(talk)
    await person.press("Why", alert, "decided at")
    await person.say("/alert btc_dominance below 55", "Alert 1: btc_dominance below 55")
    await person.say("/settings quiet 22:00-07:00", "Quiet hours: 22:00-07:00")
    return [talk[:greeted], talk[greeted:told], talk[told:]]


async def main() -> None:
    """Have both talks, and draw each in both looks."""
    with tempfile.TemporaryDirectory() as directory:
        for name, visit in (("telegram", on_telegram), ("discord", on_discord)):
            async with visit(Path(directory) / name, lively_market) as place:
                screens = await first_talk(place)
                await place.running.stop()
            for look in ("light", "dark"):
                _write(f"{name}-{look}", screens)


def _write(name: str, screens: Sequence[Sequence[Said]]) -> None:
    look: Look = LOOKS[name]
    PICTURES.mkdir(exist_ok=True)
    (PICTURES / f"{name}.png").write_bytes(draw(screens, look))


asyncio.run(main())
