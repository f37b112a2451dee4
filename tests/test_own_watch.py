"""Own rules through the poller: a value that crosses a chat's level is told to that chat, once."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.model import Chat, KeptRule, Message, OwnRule
from bot.ports import Outcome, Resumed, Settlement, StaleLeader
from bot.stores.connect import Client
from bot.stores.lease import RedisLease
from bot.stores.own_rules import RedisOwnRules
from bot.stores.subscriptions import RedisSubscriptions
from tests.own.rules import FIFTEEN_SESSIONS, above, below
from tests.providers.gateway import Fault
from tests.providers.market import COINGECKO, COINMARKETCAP, RUSSELL, YAHOO
from tests.stores.processes import until
from tests.watch import CORE, MONDAY, RECORD, UNDER_RECORD, Watch, watch_on

CHAT = Chat("telegram", "77", "5")
DOMINANCE = [feed for feed in CORE if feed.name == "coinmarketcap/global"]
RUSSELL_ONLY = [feed for feed in CORE if feed.name == "yahoo/russell_2000"]
BELOW_57 = OwnRule((below(57.5),))


@dataclass
class Scene:
    """A watch over the market, and one chat with rules of its own."""

    watch: Watch
    own: RedisOwnRules

    async def keep(self, rule: OwnRule, *holds: bool) -> KeptRule:
        held = holds or [False] * len(rule.conditions)
        return await self.own.keep(CHAT, rule, holds=held, limit=99)

    async def heard(self) -> list[Message]:
        """What the chat is sent, each once."""
        return [
            letter.message
            for parcel in await self.watch.handed()
            for letter in parcel.letters
            if parcel.chat == CHAT
        ]

    async def titles(self) -> list[str]:
        return [message.title for message in await self.heard()]

    async def dominance(self, *values: float) -> None:
        """Live samples, ten minutes apart, each seen by a bot that is started anew."""
        for value in values:
            self.watch.clock.move(minutes=10)
            self.watch.market.dominance[COINMARKETCAP] = value
            await self.watch.poll(DOMINANCE)

    def close(self, *closes: float) -> None:
        """Sessions that nobody watched."""
        for close in closes:
            self.watch.trade(close)


@pytest_asyncio.fixture
async def scene(store_client: Client) -> AsyncIterator[Scene]:
    async with watch_on(store_client) as watch:
        await watch.poll()
        yield Scene(watch, RedisOwnRules(store_client, watch.clock))


# --- Live values ----------------------------------------------------------------------------------


async def test_a_live_value_that_crosses_is_told_once_whatever_restarts(scene: Scene) -> None:
    await scene.keep(BELOW_57)
    await scene.dominance(57.6, 57.4)
    (message,) = await scene.heard()
    assert message.title == "Bitcoin dominance below 57.5 %: 57.40 %"
    assert message.lines == (
        "57.40 % against your level of 57.5 %, 0.10 pp beyond it. Source: CoinMarketCap, "
        "as of 2026-02-02 17:20 UTC, provisional, as its day is not over.",
        "Your alert 1: btc_dominance below 57.5.",
        "It can fire again after Bitcoin dominance has risen above 58.5 %. /unalert 1 stops it.",
    )
    await scene.dominance(57.3, 57.6, 57.4, 58.4, 57.2)
    assert await scene.heard() == []
    await scene.dominance(58.6, 57.4)
    assert [each.command for each in message.buttons] == [
        "/chart btc_dominance", "/mute 1", "/unalert 1",
    ]  # fmt: skip
    assert await scene.titles() == [message.title]


async def test_a_poller_at_work_finds_the_crossing_too(scene: Scene) -> None:
    await scene.keep(BELOW_57)
    async with scene.watch.polling():
        await scene.watch.polled()
        scene.watch.clock.move(minutes=5)
        scene.watch.market.dominance[COINMARKETCAP] = 57.0

        async def told() -> bool:
            return bool(await scene.heard())

        await until(told)
        await scene.watch.polled()
    assert await scene.heard() == []


async def test_each_chat_and_rule_gets_its_own_message(scene: Scene) -> None:
    await scene.keep(BELOW_57)
    await scene.keep(OwnRule((below(57.45),)))
    await scene.keep(OwnRule((below(57),)))
    await scene.dominance(57.4)
    assert len(await scene.heard()) == 2
    assert [each.firing for each in await scene.own.kept(CHAT)] == [True, True, False]


async def test_once_is_told_and_forgotten(scene: Scene) -> None:
    await scene.keep(OwnRule(BELOW_57.conditions, once=True))
    await scene.dominance(57.4)
    (message,) = await scene.heard()
    assert message.lines[-1] == "You asked to be told once, so this alert is gone now."
    assert await scene.own.kept(CHAT) == []


async def test_a_rule_of_two_conditions_waits_for_both(scene: Scene) -> None:
    await scene.keep(OwnRule((above(60), below(57.5))))
    await scene.dominance(57.4)
    assert await scene.heard() == []
    scene.watch.market.season_index = 61
    scene.watch.clock.move(minutes=10)
    await scene.watch.poll()
    assert await scene.titles() == [
        "Altcoin Season Index at or above 60: 61 and Bitcoin dominance below 57.5 %: 57.40 %"
    ]


async def test_a_reminder_comes_by_the_clock(scene: Scene) -> None:
    await scene.keep(OwnRule(BELOW_57.conditions, remind=timedelta(minutes=30)))
    await scene.dominance(57.4, 57.4, 57.4)
    assert len(await scene.heard()) == 1
    await scene.dominance(57.3)
    (message,) = await scene.heard()
    assert message.title == "Still so: Bitcoin dominance below 57.5 %: 57.30 %"
    assert "True since 2026-02-02 17:10 UTC, for 30 min." in message.lines
    await scene.dominance(57.3, 57.3, 57.3)
    assert len(await scene.heard()) == 1


async def test_a_step_further_is_told(scene: Scene) -> None:
    await scene.keep(OwnRule(BELOW_57.conditions, step=0.5))
    await scene.dominance(57.4, 57.0, 56.8, 56.7)
    assert [title.split(":")[0] for title in await scene.titles()] == [
        "Bitcoin dominance below 57.5 %", "Still so",
    ]  # fmt: skip


async def test_for_a_while_means_without_a_break(scene: Scene) -> None:
    await scene.keep(OwnRule(BELOW_57.conditions, hold=timedelta(minutes=25)))
    await scene.dominance(57.4, 57.4, 57.6, 57.4, 57.4, 57.4)
    assert await scene.heard() == []
    await scene.dominance(57.4)
    (message,) = await scene.heard()
    assert "True since 2026-02-02 17:40 UTC, for 30 min." in message.lines


async def test_after_its_last_day_a_rule_is_forgotten_without_a_word(scene: Scene) -> None:
    await scene.keep(OwnRule(BELOW_57.conditions, until=MONDAY.date()))
    scene.watch.clock.move(hours=7)
    await scene.dominance(57.4)
    assert await scene.heard() == []
    assert await scene.own.kept(CHAT) == []


async def test_a_suspended_chat_keeps_its_rules_and_hears_what_they_said_when_it_speaks(
    scene: Scene,
) -> None:
    await scene.keep(BELOW_57)
    await scene.keep(OwnRule((below(57.0),), once=True))
    await scene.dominance(57.4)
    taken = await scene.watch.outbox.take("telegram", 9, "sender:1")
    (parcel,) = [each for each in taken if each.chat == CHAT]
    gone = Settlement(parcel, Outcome.SUSPENDED, reason="the bot was blocked")
    await scene.watch.outbox.settle("telegram", [gone])
    await scene.dominance(58.6, 57.6, 56.9)
    assert await scene.heard() == []
    assert len(await scene.own.kept(CHAT)) == 1, "The one that speaks once has spoken."
    resumed = await RedisSubscriptions(scene.watch.client).resume(CHAT)
    assert resumed == Resumed("the bot was blocked", 3)
    first, *then = await scene.titles()
    assert first == "Bitcoin dominance below 57.5 %: 57.40 %"
    assert sorted(then) == [
        "Bitcoin dominance below 57 %: 56.90 %",
        "Bitcoin dominance below 57.5 %: 56.90 %",
    ]


async def test_a_chat_hears_its_own_alert_and_its_topics_of_one_poll_as_one_message(
    scene: Scene,
) -> None:
    subscriptions = RedisSubscriptions(scene.watch.client)
    await subscriptions.subscribe(CHAT, ["breakout"])
    await scene.keep(OwnRule((above(RECORD + 15, "russell_2000"),)))
    await scene.watch.poll()
    scene.close(RECORD + 10)
    await scene.watch.poll()
    scene.close(RECORD + 20)
    await scene.watch.poll()
    (parcel,) = [each for each in await scene.watch.handed() if each.chat == CHAT]
    assert [letter.job.partition(":")[0] for letter in parcel.letters] == [
        "own",
        "russell_breakout",
    ]


# --- What does not count --------------------------------------------------------------------------


async def test_a_fallback_and_a_late_value_move_nothing(scene: Scene) -> None:
    await scene.keep(BELOW_57)
    scene.watch.gateway.fail(COINMARKETCAP, Fault.SERVER_ERROR)
    scene.watch.market.dominance[COINGECKO] = 54.0
    for _ in range(3):
        scene.watch.clock.move(hours=1)
        await scene.watch.poll()
    assert await scene.heard() == []
    assert [each.firing for each in await scene.own.kept(CHAT)] == [False]


async def test_who_lost_the_lease_tells_nothing(scene: Scene, store_client: Client) -> None:
    await scene.keep(BELOW_57)
    poller = scene.watch.poller(holder="slow")
    lease = RedisLease(store_client)
    assert await lease.acquire("slow")
    intake = await poller._load()
    scene.watch.clock.move(minutes=10)
    scene.watch.market.dominance[COINMARKETCAP] = 57.0
    answers = await poller._fetcher.everything(intake.since)
    await poller._enter(intake, answers)
    await lease.release("slow")
    assert await lease.acquire("another")
    with pytest.raises(StaleLeader):
        await poller._evaluate(intake)
    assert await scene.heard() == []
    assert [each.firing for each in await scene.own.kept(CHAT)] == [False]
    await lease.release("another")
    await scene.dominance(57.0)
    assert len(await scene.heard()) == 1, "Whoever leads next finds it."


# --- Changes over a window ------------------------------------------------------------------------


async def test_a_change_over_sessions_is_told_by_the_provisional_value_already(
    scene: Scene,
) -> None:
    rule = OwnRule((above(3, "russell_2000", FIFTEEN_SESSIONS),))
    await scene.keep(rule)
    await scene.watch.poll(RUSSELL_ONLY)
    scene.close(UNDER_RECORD * 1.02)
    await scene.watch.poll(RUSSELL_ONLY)
    assert await scene.heard() == []
    scene.close(UNDER_RECORD * 1.04)
    await scene.watch.poll(RUSSELL_ONLY)
    (message,) = await scene.heard()
    assert message.title.startswith("Russell 2000, change over 15 sessions, at or above 3 %: ")
    then, now = (scene.watch.market.closes[RUSSELL][place][1] for place in (-16, -1))
    assert f"{100 * (now / then - 1):.2f} % against your level of 3 %" in message.lines[0]
    assert "has fallen below 1.5 %" in message.lines[-1]


# --- After downtime -------------------------------------------------------------------------------


async def test_a_crossing_that_was_missed_is_found_once_and_said_to_be_late(scene: Scene) -> None:
    await scene.keep(OwnRule((above(2350, "russell_2000"),)))
    await scene.watch.poll(RUSSELL_ONLY)
    scene.close(2310, 2360, 2365, 2300)
    for _ in range(2):
        await scene.watch.poll(RUSSELL_ONLY)
    (message,) = await scene.heard()
    assert message.title == "Russell 2000 at or above 2,350.00: 2,360.00"
    assert "as of 2026-02-03 21:00 UTC, final" in message.lines[0]
    assert "Found late: I missed this value when it was new, 2 days ago." in message.lines
    scene.close(2350)
    await scene.watch.poll(RUSSELL_ONLY)
    assert await scene.titles() == ["Russell 2000 at or above 2,350.00: 2,350.00"]


async def test_what_was_crossed_while_we_were_away_and_still_is_is_told_once(scene: Scene) -> None:
    await scene.keep(OwnRule((above(2350, "russell_2000"),)))
    await scene.watch.poll(RUSSELL_ONLY)
    scene.close(2310, 2360, 2365)
    await scene.watch.poll(RUSSELL_ONLY)
    await scene.watch.poll(RUSSELL_ONLY)
    assert len(await scene.heard()) == 1


async def test_what_happened_before_a_rule_was_made_is_no_news_to_it(scene: Scene) -> None:
    await scene.keep(OwnRule((above(9_000, "russell_2000"),)))
    await scene.watch.poll(RUSSELL_ONLY)
    scene.close(2310, 2360, 2300)
    await scene.keep(OwnRule((above(2350, "russell_2000"),)))
    await scene.watch.poll(RUSSELL_ONLY)
    assert await scene.heard() == []
    assert [each.firing for each in await scene.own.kept(CHAT)] == [False, False]


async def test_it_waits_for_two_days_of_missed_closes_as_if_it_had_seen_them(
    scene: Scene,
) -> None:
    await scene.keep(OwnRule((above(2350, "russell_2000"),), hold=timedelta(days=2)))
    await scene.watch.poll(RUSSELL_ONLY)
    scene.close(2310, 2360, 2365, 2340, 2360, 2361, 2362, 2300)
    await scene.watch.poll(RUSSELL_ONLY)
    (message,) = await scene.heard()
    assert message.title == "Russell 2000 at or above 2,350.00: 2,361.00"
    assert "True since 2026-02-06 21:00 UTC, for 3 days." in message.lines


async def test_a_change_that_was_missed_is_found_too(scene: Scene) -> None:
    rule = OwnRule((below(-3, "russell_2000", FIFTEEN_SESSIONS),))
    await scene.keep(rule)
    await scene.watch.poll(RUSSELL_ONLY)
    scene.close(UNDER_RECORD, UNDER_RECORD * 0.96, UNDER_RECORD * 0.99)
    await scene.watch.poll(RUSSELL_ONLY)
    await scene.watch.poll(RUSSELL_ONLY)
    (message,) = await scene.heard()
    assert "as of 2026-02-03 21:00 UTC, final" in message.lines[0]
    assert "Found late: I missed this value when it was new, 24 h ago." in message.lines
    assert [each.firing for each in await scene.own.kept(CHAT)] == [False]


async def test_a_source_that_is_down_moves_nothing(scene: Scene) -> None:
    await scene.keep(OwnRule((below(2000, "russell_2000"),)))
    scene.watch.gateway.fail(YAHOO, Fault.SERVER_ERROR)
    scene.close(1900)
    await scene.watch.poll(RUSSELL_ONLY)
    assert await scene.heard() == []
