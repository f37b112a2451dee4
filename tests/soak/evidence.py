"""Gathers what a run left behind: in Redis, in the chats, in the bot's own figures and its log."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp

from tests.chaos.plan import PLATFORMS
from tests.chaos.tariff import FREE, unanswered
from tests.soak import letters, swings
from tests.soak.clock import START
from tests.soak.judge import Evidence, Swings
from tests.soak.letters import Job
from tests.soak.probe import Vitals
from tests.soak.scene import Scene
from tests.soak.stored import Holdings
from tests.soak.trouble import Trouble

SEEN_WITHIN_SECONDS = 30.0
"""A crossing is seen by then, whatever goes wrong."""
Jobs = Mapping[str, Sequence[Job]]
"""By platform."""
ANSWER_SECONDS = 60.0
BAD_LINE = re.compile(r" (?:ERROR|CRITICAL) |Traceback|Warning: |never awaited|never retrieved")


@dataclass(frozen=True, slots=True)
class Life:
    """What was seen of a run while it went on."""

    holdings: Sequence[Holdings]
    at_rest: Holdings
    began: float
    """When things began to go wrong, in seconds since 1970."""
    ended: float
    """When they did no more."""
    fired: Jobs
    """What was to be told by the time at which all was."""
    settled: bool
    exit_code: int | None


async def gathered(all_of_it: Scene, life: Life) -> Evidence:
    """Everything that is judged, of a bot that has ended."""
    around, street, bot = all_of_it.around, all_of_it.street, all_of_it.bot
    jobs, delivered = life.fired, {}
    for platform in PLATFORMS:
        heard = letters.texts(await _ledger(around.platforms[platform].url))
        chats = [each for each in street.crowd if each.chat.platform == platform]
        delivered[platform] = letters.judged(chats, jobs[platform], heard, street.moved)
    faults = (await around.platforms["telegram"].counters())["faults"]
    log = bot.log.read_text(encoding="utf-8", errors="replace")
    vitals, tasks = _vitals(all_of_it, life)
    return Evidence(
        vitals=vitals,
        tasks=tasks,
        holdings=life.holdings,
        at_rest=life.at_rest,
        delivered=delivered,
        copies_allowed={"telegram": _copies_allowed(around.done, faults)},
        swings=_swings(all_of_it, life, [job for each in jobs.values() for job in each]),
        topic_alerts=sum(bool(job.topic) for job in jobs["telegram"]),
        series_days=round(30 * all_of_it.asked.minutes * all_of_it.asked.speed / 86_400) + 2,
        settled=life.settled,
        exit_code=life.exit_code,
        restarts=sum(bot.own_ends.values()),
        complaints=[line for line in log.splitlines() if BAD_LINE.search(line)],
    )


def _vitals(all_of_it: Scene, life: Life) -> tuple[list[Vitals], Mapping[str, int]]:
    """The looks while everything went on, and the commonest tasks of the last one."""
    tasks: Mapping[str, int] = {}
    found = []
    for line in all_of_it.vitals.read_text(encoding="utf-8").splitlines():
        told: dict[str, Any] = json.loads(line)
        if life.began <= told["at"] <= life.ended:
            tasks = told.pop("named")
            found.append(Vitals(**told))
    return found, tasks


async def _ledger(url: str) -> dict[str, list[dict[str, Any]]]:
    """All that arrived on a platform, in full."""
    limit = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
    async with (
        aiohttp.ClientSession(timeout=limit) as session,
        session.get(f"{url}/ledger", params={"full": "1"}) as response,
    ):
        chats: dict[str, list[dict[str, Any]]] = (await response.json())["chats"]
        return chats


def _copies_allowed(done: Mapping[Trouble, int], faults: Mapping[str, int]) -> int:
    """What Telegram took without saying so, and what was on the wire as Redis forgot."""
    forgot = done.get(Trouble.REDIS_KILLED, 0) * FREE.without_redis
    return unanswered(faults) + forgot


def _swings(all_of_it: Scene, life: Life, jobs: Sequence[Job]) -> Swings:
    clock = all_of_it.clock
    ended = START + timedelta(seconds=(life.ended - clock.began) * clock.speed)
    sure = ended - timedelta(seconds=SEEN_WITHIN_SECONDS * clock.speed)
    span = swings.Span(START, sure, clock())
    return swings.judged(all_of_it.street.crowd, jobs, span, all_of_it.street.moved)
