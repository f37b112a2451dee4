"""What each chat was owed by the alerts that fired, and what arrived there.

An alert is known by its title, which names its value: a chat must have seen each title as often as
alerts with it were meant for the chat, alone or among those that came together.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from bot.stores import codec
from bot.stores.keys import Lane
from tests.soak.crowd import Member

DIGEST = "digest:"
FIELDS = ["topic", "to", "body"]


@dataclass(frozen=True, slots=True)
class Job:
    """An alert as the outbox has it."""

    id: str
    topic: str
    """Empty for an alert of a chat's own."""
    to: str
    """The only chat that hears it; empty where a topic's subscribers do."""
    title: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """Letters, but for the copies."""

    expected: int = 0
    lost: int = 0
    copies: int = 0
    """Letters that arrived once more."""
    unasked: int = 0
    """Letters of somebody else's own alerts."""


async def jobs(redis: Redis, platform: str) -> list[Job]:
    """All that were ever on their way, but for digests; jobs are kept for 30 days."""
    prefix = Lane(platform).job("")
    found = []
    async for name in redis.scan_iter(f"{prefix}*", count=1000):
        id_ = name.removeprefix(prefix)
        topic, to, body = (str(each or "") for each in await redis.hmget(name, FIELDS))
        if not id_.startswith(DIGEST) and body:
            title = codec.MESSAGE.load(body, id_).spoken("en").title
            found.append(Job(id_, topic, to, title))
    return found


def judged(
    crowd: Iterable[Member],
    all_jobs: Sequence[Job],
    received: Mapping[str, Sequence[str]],
    moved: Mapping[str, str],
) -> Delivered:
    """Compare; `received` has each chat's texts, `moved` the new ids of groups by the old ones."""
    topics = Counter(job.title for job in all_jobs if job.topic)
    own: dict[str, Counter[str]] = {}
    for job in all_jobs:
        if job.to:
            own.setdefault(job.to, Counter())[job.title] += 1
    titles = frozenset(job.title for job in all_jobs)
    expected = lost = copies = unasked = 0
    for each in crowd:
        names = [each.chat.member, *filter(None, [moved.get(each.chat.id)])]
        owed = sum((own.get(name, Counter()) for name in names), Counter(topics))
        lines = (line for name in names for text in received.get(name, ()) for line in _lines(text))
        heard = Counter(title for line in lines if (title := _title(line, titles)))
        expected += owed.total()
        lost += (owed - heard).total()
        copies += sum(max(0, heard[title] - count) for title, count in owed.items())
        unasked += sum(count for title, count in heard.items() if title not in owed)
    return Delivered(expected, lost, copies, unasked)


def _lines(text: str) -> list[str]:
    return text.split("\n")


def _title(line: str, titles: frozenset[str]) -> str:
    """The title that a line is, alone or behind the time at which it fired."""
    if line in titles:
        return line
    _when, _, rest = line.partition(": ")
    return rest if rest in titles else ""


def texts(ledger: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, list[str]]:
    """The texts of each chat, by a platform's full ledger."""
    return {chat: [str(each["text"]) for each in told] for chat, told in ledger.items()}
