"""What grows is found whatever comes and goes, in a list of figures and in a process of our own."""

import asyncio
import math
import mmap
import random
import time
from collections.abc import Callable, Sequence
from typing import Literal

import pytest
from redis.asyncio import Redis

from tests.soak.flatness import Allowance, growth
from tests.soak.judge import OF_KIND, OF_PROCESS, OF_REDIS
from tests.soak.probe import Probe, Vitals
from tests.soak.stored import Holdings, holdings, kind_of
from tests.soak.subject import LEAKS, Plant

Wave = Callable[[float], float]
MIB = 2**20


def _of(wave: Wave, allowance: Allowance) -> bool:
    """Whether what a wave says for every second of ten minutes is flat."""
    return growth("it", [(at, wave(at)) for at in range(600)], allowance).is_flat


def _restless(at: float) -> float:
    """Sends in flight, pictures that are drawn: up and down, and never for long."""
    chance = random.Random(at).random()  # noqa: S311 - no secret
    return max(0.0, 40 * abs(math.sin(at / 7)) + 20 * chance - 10)


def test_what_comes_and_goes_is_flat() -> None:
    assert _of(_restless, OF_PROCESS["tasks"])
    assert _of(lambda at: 120 * MIB + _restless(at) * MIB, OF_PROCESS["rss_bytes"])


def test_a_moment_of_trouble_at_the_end_is_no_growth() -> None:
    assert _of(lambda at: 65 + 25 * (at > 570), OF_PROCESS["tasks"])


def test_what_fills_up_in_the_first_half_is_flat() -> None:
    assert _of(lambda at: min(at, 250) * MIB, OF_PROCESS["rss_bytes"])


@pytest.mark.parametrize(
    ("wave", "allowance"),
    [
        (lambda at: 65 + at / 30, OF_PROCESS["tasks"]),
        (lambda at: 50 + at / 15, OF_PROCESS["descriptors"]),
        (lambda at: 120 * MIB + at * MIB / 20 + _restless(at) * MIB, OF_PROCESS["rss_bytes"]),
        (lambda at: 8e5 + 200 * at, OF_PROCESS["blocks"]),
        (lambda at: 3 * MIB + at * 4096, OF_REDIS),
        (lambda at: 500 + at / 2, OF_KIND),
    ],
)  # fmt: skip
def test_what_grows_all_the_time_is_not(wave: Wave, allowance: Allowance) -> None:
    assert not _of(wave, allowance)


def test_too_few_samples_say_nothing() -> None:
    with pytest.raises(ValueError, match="too few samples of it"):
        growth("it", [(1.0, 1.0)], Allowance(0))


async def _looks(probe: Probe, leak: Callable[[], None], count: int = 24) -> Sequence[Vitals]:
    found = []
    for _ in range(count):
        leak()
        await asyncio.sleep(0)
        found.append(probe.look())
    return found


def _is_flat(name: str, looks: Sequence[Vitals]) -> bool:
    samples = [(at, float(getattr(each, name))) for at, each in enumerate(looks)]
    return growth(name, samples, OF_PROCESS[name]).is_flat


async def test_the_probe_sees_what_this_process_holds_on_to() -> None:
    probe = Probe()
    quiet = await _looks(probe, lambda: None)
    assert all(_is_flat(name, quiet) for name in OF_PROCESS)
    kept: list[object] = []

    def leak() -> None:
        # Straight from the system, and not from what was freed before.
        block = mmap.mmap(-1, MIB)
        block.write(b"x" * MIB)
        kept.append(block)
        kept.extend([n, str(n)] for n in range(9_000))

    leaking = await _looks(probe, leak)
    assert not _is_flat("blocks", leaking)
    assert not _is_flat("rss_bytes", leaking)


async def test_the_probe_sees_tasks_that_never_end() -> None:
    never = asyncio.Event()
    started: list[asyncio.Task[Literal[True]]] = []
    leaking = await _looks(Probe(), lambda: started.append(asyncio.create_task(never.wait())))
    never.set()
    await asyncio.gather(*started)
    assert not _is_flat("tasks", leaking)


async def test_the_probe_sees_how_late_the_loop_is() -> None:
    probe = Probe()
    watching = asyncio.create_task(probe.watch_loop())
    await asyncio.sleep(0.03)
    _stand_still(0.2)
    await asyncio.sleep(0.03)
    seen = probe.look()
    assert seen.lag_seconds >= seen.busy_seconds >= 0.1
    watching.cancel()


def _stand_still(seconds: float) -> None:
    """Work for so long, however little of that time the machine has for us."""
    ends = time.process_time() + seconds
    while time.process_time() < ends:
        pass


async def test_a_stream_that_grows_is_found_by_its_kind(redis: Redis) -> None:
    seen: list[Holdings] = []
    for _ in range(16):
        for _ in range(10):
            await redis.xadd("{nf}:soak:growing", {"leaked": "x" * 100})
        await redis.set("{nf}:once:7", "kept", px=60_000)
        seen.append(await holdings(redis))
    for kind, is_flat in (("soak", False), ("once", True)):
        samples = [(at, float(each.elements[kind])) for at, each in enumerate(seen)]
        assert growth(kind, samples, OF_KIND).is_flat is is_flat


async def test_jobs_are_measured_apart(redis: Redis) -> None:
    for number in range(300):
        await redis.hset(f"{{nf}}:telegram:job:own:{number}", "body", "x" * 1000)
    seen = await holdings(redis)
    assert seen.keys == {"job": 300}
    assert 300 * 1_000 < seen.job_bytes < min(300 * 1_400, seen.used_bytes)


def test_keys_of_one_kind_have_one_name() -> None:
    assert kind_of("{nf}:telegram:own:above:armed:btc_price") == "own:placed"
    assert kind_of("{nf}:discord:own:chat:5:7") == "own:chat"
    assert kind_of("{nf}:telegram:dead:at") == "dead:at"
    assert kind_of("{nf}:wake:telegram") == "wake"
    assert kind_of("{nf}:series:btc_price:Coinbase") == "series"


def test_every_plant_but_the_letter_has_its_leak() -> None:
    assert LEAKS.keys() == set(Plant) - {Plant.NOTHING, Plant.LETTER}
