"""Who tells the numbers, vendor by vendor, and how well that goes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.catalogue import SERIES
from bot.messages.sources import Sources, trouble_text
from bot.ports import Feed


class Health(StrEnum):
    """How asking a vendor goes."""

    ANSWERS = "answers"
    FAILS_IN_PART = "fails in part"
    FAILS = "fails"
    STANDS_BY = "stands by"
    """It is asked only when another fails, and was not asked yet."""
    NO_ANSWER_YET = "no answer yet"


SIGNS = {
    Health.ANSWERS: "●",
    Health.FAILS_IN_PART: "◐",
    Health.FAILS: "✕",
    Health.STANDS_BY: "○",
    Health.NO_ANSWER_YET: "○",
}


@dataclass(frozen=True, slots=True)
class Teller:
    """A vendor: what it tells, when it last did, and what is wrong."""

    vendor: str
    health: Health
    sign: str
    answered_at: datetime | None
    age: str
    series: tuple[str, ...]
    """Keys of the series it tells, first or in another's place."""
    titles: tuple[str, ...]
    troubles: tuple[str, ...]


def tellers(sources: Sources) -> Iterator[Teller]:
    """Each vendor that is asked, those that fail first."""
    by_vendor: dict[str, list[Feed]] = {}
    for feed in sources.feeds:
        by_vendor.setdefault(feed.vendor, []).append(feed)
    found = [_teller(vendor, feeds, sources) for vendor, feeds in by_vendor.items()]
    yield from sorted(found, key=lambda each: not each.troubles)


def _teller(vendor: str, feeds: list[Feed], sources: Sources) -> Teller:
    answered = sources.answered_at(feeds)
    series = tuple(dict.fromkeys(key for feed in feeds for key in feed.series))
    failing = sources.failing(feeds)
    return Teller(
        vendor=vendor,
        health=(health := _health(feeds, sources)),
        sign=SIGNS[health],
        answered_at=answered,
        age=sources.age(answered),
        series=series,
        titles=tuple(SERIES[key].title for key in series),
        troubles=tuple(f"{each.feed} {trouble_text(each)}" for each in failing),
    )


def _health(feeds: list[Feed], sources: Sources) -> Health:
    failing = sources.failing(feeds)
    if failing:
        asked = [feed for feed in feeds if feed.name in sources.health]
        return Health.FAILS if len(failing) == len(asked) else Health.FAILS_IN_PART
    if sources.answered_at(feeds) is None:
        is_planned = any(feed.plan for feed in feeds)
        return Health.NO_ANSWER_YET if is_planned else Health.STANDS_BY
    return Health.ANSWERS
