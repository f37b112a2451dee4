"""The chaos test in its short form, and what its plan and its verdict are made of."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.stores.binary import find_server
from tests.chaos.judge import Verdict
from tests.chaos.plan import HOW_OFTEN, PLATFORMS, Deed, Step, steps
from tests.chaos.run import Report, run
from tests.chaos.scene import Asked
from tests.chaos.schedule import planned
from tests.chaos.table import failures, table

SHORT = Asked(
    seed=5,
    seconds=15.0,
    subscribers=900,
    alerts=8,
    settle_seconds=95.0,
    is_paid=False,
    discord_share=0.3,
    # It takes a minute in which nothing else happens.
    kinds=tuple(deed for deed in Deed if deed is not Deed.FREEZE_SENDERS),
)


@pytest.mark.skipif(find_server() is None, reason="no valkey-server or redis-server here")
@pytest.mark.timeout(120)
async def test_everything_goes_wrong_and_nothing_is_lost() -> None:
    """Most of its time it waits for the lease of what a killed sender had: a minute."""
    report = await run(SHORT)
    assert not failures(report), table(report)
    assert {deed for deed, _ in report.done} == set(SHORT.kinds)


def _steps(seed: int, seconds: float = 120.0) -> Sequence[Step]:
    return steps(random.Random(seed), seconds, tuple(Deed))  # noqa: S311 - a plan, not a secret


def test_a_seed_says_what_goes_wrong_when() -> None:
    plan = _steps(7)
    assert plan == _steps(7) != _steps(8)
    assert Counter(step.deed for step in plan) == {d: sum(n) for d, n in HOW_OFTEN.items()}
    assert all(0 <= step.after_seconds < 120 for step in plan)
    assert {step.deed for step in _steps(7, 5.0)} == set(Deed)


def test_a_seed_says_which_alerts_fire_when() -> None:
    plan = planned(7, 30, 100.0)
    assert plan == planned(7, 30, 100.0)
    assert [each.number for each in plan] == list(range(1, 31))
    instants = [each.after_seconds for each in plan]
    assert instants[0] == 0
    assert instants == sorted(instants)
    assert len(set(instants)) < 30


SOUND = Report(
    asked=SHORT,
    verdicts={"telegram": Verdict(expected=5, delivered=5, copies=2), "discord": Verdict()},
    copies_allowed={"sender killed": 2},
    counters={
        each: {"delivered": 5, "repeats": 0, "limited": {}, "faults": {}, "refused": {}}
        for each in ("telegram", "discord")
    },
    dead={"telegram": 0, "discord": 0},
    done={},
    own_ends={"telegram-0": {78: 1}},
    last_words=(),
    settled=True,
    seconds=1.0,
    cpu_seconds=1.0,
)


def test_a_sound_run_passes() -> None:
    assert not failures(SOUND)
    assert table(SOUND).endswith("passed")


@pytest.mark.parametrize(
    "flaw",
    [
        {"lost": 1},
        {"disordered": 1},
        {"unasked": 1},
        {"wrongly": 1},
        {"copies": 1},
    ],
)
def test_each_flaw_fails_the_run(flaw: dict[str, int]) -> None:
    broken = replace(SOUND, verdicts=SOUND.verdicts | {"discord": Verdict(**flaw)})  # type: ignore[operator]
    assert len(failures(broken)) == 1
    assert "FAILED: 1 " in table(broken)


def test_so_does_whatever_is_no_letters_fault() -> None:
    assert failures(replace(SOUND, settled=False)) == ["not all was delivered in time"]
    assert failures(replace(SOUND, dead={"telegram": 3, "discord": 0})) == ["3 given up"]
    assert failures(replace(SOUND, own_ends={"discord-1": {70: 1}})) == [
        "discord-1 ended with [70]"
    ]
    assert failures(replace(SOUND, verdicts=dict.fromkeys(PLATFORMS, Verdict()))) == [
        "nothing was expected"
    ]
