"""How often own alerts on Bitcoin's price must have fired, by the market alone."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tests.soak.clock import START
from tests.soak.crowd import Member
from tests.soak.judge import Swings
from tests.soak.letters import Job
from tests.soak.market import SWINGS

SERIES = "btc_price"
RULE = 1
"""The number of the alert on it, in every chat."""


@dataclass(frozen=True, slots=True)
class Span:
    """The time for which the market was watched."""

    first: datetime
    sure: datetime
    """What came later may have been seen or not."""
    last: datetime


def judged(
    crowd: Iterable[Member], jobs: Sequence[Job], span: Span, moved: Mapping[str, str]
) -> Swings:
    """Compare firings with crossings; `moved` has the new ids of groups by the old ones."""
    fired = Counter(job.id.split(":")[2] for job in jobs if _is_on_price(job))
    least = most = missed = invented = total = 0
    for each in crowd:
        low = crossings(each.price, span.first, span.sure)
        high = crossings(each.price, span.first, span.last)
        count = fired[each.chat.id] + fired[moved.get(each.chat.id, "")]
        least, most, total = least + low, most + high, total + count
        missed += max(0, low - count)
        invented += max(0, count - high)
    return Swings(least, most, total, missed, invented)


def crossings(level: float, first: datetime, last: datetime) -> int:
    """How often the price came above a level between two times; it rises as it crosses its own."""
    swing = SWINGS[SERIES]
    rises = math.asin((level - swing.level) / swing.by) / (2 * math.pi)
    turn = (swing.late + rises) * swing.period

    def up_to(moment: datetime) -> int:
        return math.floor((moment - START - turn) / swing.period) + 1

    return max(0, up_to(last) - up_to(first))


def _is_on_price(job: Job) -> bool:
    """own:<platform>:<chat>:<number>:<time>:<saying>."""
    parts = job.id.split(":")
    return parts[0] == "own" and parts[3] == str(RULE)
