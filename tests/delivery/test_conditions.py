"""Mutes that wait for a number, or for an own alert to be over, end once that is so."""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from bot.delivery import conditions
from bot.delivery.conditions import Conditions
from bot.model import Mute, Preferences
from bot.outlook import StoredOutlook
from bot.own.grammar import parse
from bot.ports import Outcome, Settlement
from bot.ports.outbox import Hold
from bot.stores.connect import Client
from bot.stores.holding import RedisHolding
from bot.stores.outbox import RedisOutbox
from bot.stores.own_rules import RedisOwnRules
from bot.stores.preferences import RedisPreferences
from tests.handlers.past import NOW, PARTS, values
from tests.handlers.past import Desk as Past
from tests.stores.examples import Desk, alert, chat, take_all
from tests.stores.processes import until

BELOW = "btc_dominance below 55"
FALLS = "btc_dominance falls 2pp in 3 days"


@dataclass(frozen=True, slots=True)
class Scene:
    """What is stored, and who looks at it."""

    past: Past
    desk: Desk
    own: RedisOwnRules
    preferences: RedisPreferences
    holding: RedisHolding
    conditions: Conditions

    async def mute(self, number: int, *mutes: Mute) -> None:
        """Mute things in a chat that then holds an alert back."""
        wanted = Preferences(mutes=mutes)
        await self.preferences.change(chat(number), lambda _before: wanted)
        await self.desk.join(number)
        await self.desk.commit(alert(f"alert{number}"))
        (parcel,) = await take_all(self.desk.outbox)
        holds = (Hold(parcel.letters[0].job, parcel.at + timedelta(hours=1), "muted"),)
        await self.desk.outbox.settle("telegram", [Settlement(parcel, Outcome.HELD, holds=holds)])

    async def reads(self, *dominance: float) -> None:
        """Bitcoin's dominance on the last days, today's last."""
        days = [(NOW.date() - timedelta(days=age), v) for age, v in enumerate(reversed(dominance))]
        await self.past.store(values("btc_dominance", days))

    async def left(self, number: int) -> tuple[Mute, ...]:
        return (await self.preferences.of(chat(number))).mutes


@pytest.fixture
def scene(store_client: Client) -> Scene:
    past, own = Past(store_client), RedisOwnRules(store_client, lambda: NOW)
    holding = RedisHolding(store_client)
    keeper = Conditions(
        waiting=holding,
        outbox=RedisOutbox(store_client),
        own=own,
        outlook=StoredOutlook(past.journal, PARTS.indicators, PARTS.feeds),
        past=past.past,
        indicators=PARTS.indicators,
        clock=lambda: NOW,
    )
    desk = Desk(store_client)
    return Scene(past, desk, own, RedisPreferences(store_client), holding, keeper)


async def test_a_mute_ends_when_its_condition_is_true(scene: Scene) -> None:
    mute, other = Mute(condition=BELOW), Mute(topic="season")
    await scene.mute(1, mute, other)
    await scene.conditions.look("telegram")
    assert await scene.left(1) == (mute, other), "Nobody knows the number yet."
    await scene.reads(57.0, 56.0)
    await scene.conditions.look("telegram")
    assert (await scene.left(1), await scene.holding.held(chat(1))) == ((mute, other), 1)
    await scene.reads(57.0, 54.9)
    await scene.conditions.look("telegram")
    assert await scene.left(1) == (other,)
    assert await scene.desk.drained() == [("1", ["alert1"])]
    assert await scene.holding.waiting("telegram") == []


async def test_a_change_is_worked_out_from_the_past(scene: Scene) -> None:
    await scene.mute(1, Mute(condition=FALLS))
    await scene.reads(58.0, 58.0, 58.0, 58.0, 57.5)
    await scene.conditions.look("telegram")
    assert await scene.left(1) != ()
    await scene.reads(58.0, 58.0, 58.0, 58.0, 55.5)
    await scene.conditions.look("telegram")
    assert await scene.left(1) == ()


async def test_what_cannot_be_understood_any_more_mutes_nothing(scene: Scene) -> None:
    await scene.mute(1, Mute(condition="the moon above 3"))
    await scene.conditions.look("telegram")
    assert await scene.left(1) == ()


@pytest.mark.parametrize("then", ["recovers", "is removed"])
async def test_a_mute_of_an_own_alert_ends_with_it(scene: Scene, then: str) -> None:
    rule = parse(BELOW, PARTS.indicators, NOW.date()).rule
    kept = await scene.own.keep(chat(1), rule, holds=[True], limit=5)
    mute = Mute(rule=str(kept.number), condition="recovers")
    await scene.mute(1, mute)
    await scene.conditions.look("telegram")
    assert await scene.left(1) == (mute,), "It is still true."
    if then == "recovers":
        higher = parse("btc_dominance below 50", PARTS.indicators, NOW.date()).rule
        await scene.own.change(chat(1), kept.number, higher, holds=[False])
    else:
        await scene.own.forget(chat(1), kept.number)
    await scene.conditions.look("telegram")
    assert await scene.left(1) == ()


async def test_whoever_keeps_looking_survives_a_value_that_nobody_can_read(
    scene: Scene, redis: Redis, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(conditions, "LOOK_SECONDS", 0.05)
    await scene.mute(1, Mute(condition=BELOW))
    await redis.hset("{nf}:reading", "btc_dominance", "{damaged")
    keeping = asyncio.create_task(scene.conditions.keep("telegram"))

    async def said() -> bool:
        return "are not looked at" in caplog.text

    await until(said)
    await scene.reads(57.0, 54.9)

    async def is_over() -> bool:
        return await scene.left(1) == ()

    await until(is_over)
    keeping.cancel()
    with suppress(asyncio.CancelledError):
        await keeping
