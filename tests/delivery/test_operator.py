"""What the operator's chat hears arrives once, whoever tells it and whatever that chat has set."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta

import pytest
from redis.asyncio import Redis

from bot.delivery import operator as module
from bot.delivery.operator import OperatorPost
from bot.delivery.tact import Tact
from bot.holders import holder_name
from bot.model import FeedHealth, Mute, Preferences, QuietHours, RuleState, Status
from bot.ports import Outcome, Parcel, StateChange
from bot.stores.connect import Client
from bot.stores.keys import Lane
from bot.stores.lease import RedisLease
from bot.stores.operator import RedisOperatorDesk
from bot.stores.preferences import RedisPreferences
from bot.stores.subscriptions import RedisSubscriptions
from tests.stores.examples import LEADER, Desk, chat, take_all
from tests.stores.processes import until

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
HERE = chat(42)
BLIND = RuleState(
    Status.FIRING, since=date(2026, 11, 24), episode=date(2026, 11, 24), tentative=False
)
SEEING = RuleState(since=date(2026, 11, 25), tentative=False)


class Office:
    """The operator's chat, those who tell it, and what it hears; its clock moves by hand."""

    def __init__(self, client: Client) -> None:
        self.now = NOON
        self.client = client
        self.desk = Desk(client)
        self.notes = RedisOperatorDesk(client)
        self.post = self.another()
        self._states: dict[str, RuleState] = {}

    def another(self) -> OperatorPost:
        """A process that listens to the chat's platform."""
        return OperatorPost(
            HERE,
            self.notes,
            journal=self.desk.journal,
            dead_letters=self.desk.dead_letters,
            feeds=(),
            platforms=("discord", "telegram"),
            clock=lambda: self.now,
        )

    async def becomes(self, series: str, state: RuleState) -> None:
        """What the poller has stored of a series."""
        key = f"blind/{series}"
        await self.desk.commit(changes=[StateChange(key, self._states.get(key), state)])
        self._states[key] = state

    async def heard(self) -> list[tuple[str, ...]]:
        """The lines of each message that has arrived since."""
        said = []
        while parcels := await take_all(self.desk.outbox):
            said += [letter.message.lines for each in parcels for letter in each.letters]
            assert {each.chat for each in parcels} == {HERE}
            await self.desk.sent(*parcels)
        return said


@pytest.fixture
def office(store_client: Client, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setattr(module, "SETTLED_SECONDS", 0.0)
    return Office(store_client)


async def test_each_thing_is_told_once_whoever_looks(office: Office) -> None:
    await office.becomes("btc_dominance", BLIND)
    posts = [office.post, office.another(), office.another()]
    await asyncio.gather(*(post.look() for post in posts))
    for post in posts:
        office.now += timedelta(minutes=6)
        assert not await post.look()
    assert await office.heard() == [
        ("Blind: Bitcoin dominance, whose last value is of 24 Nov 2026.",)
    ]
    await office.becomes("btc_dominance", SEEING)
    assert await office.another().look()
    assert await office.heard() == [("Seeing again: Bitcoin dominance.",)]


async def test_what_comes_soon_after_a_message_waits_and_goes_together(office: Office) -> None:
    await office.becomes("btc_dominance", BLIND)
    assert await office.post.look()
    assert len(await office.heard()) == 1
    for minute, series in enumerate(("sp_500", "russell_2000", "cpi")):
        office.now = NOON + timedelta(minutes=minute)
        await office.becomes(series, BLIND)
        assert not await office.post.look()
    office.now = NOON + timedelta(minutes=5)
    assert await office.post.look()
    ((*lines,),) = await office.heard()
    assert len(lines) == 3


async def test_what_is_over_before_it_has_lasted_is_not_told(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SETTLED_SECONDS", 0.05)
    for _ in range(5):
        await office.becomes("btc_dominance", BLIND)
        assert not await office.post.look()
        await office.becomes("btc_dominance", SEEING)
        assert not await office.post.look()
    await office.becomes("btc_dominance", BLIND)
    assert not await office.post.look()
    await asyncio.sleep(0.06)
    assert await office.post.look()


async def test_neither_mutes_nor_quiet_hours_nor_leaving_keep_it_from_its_chat(
    office: Office,
) -> None:
    wanted = Preferences(mutes=(Mute(),), quiet=QuietHours(time(0), time(23, 59)))
    await RedisPreferences(office.client).change(HERE, lambda _: wanted)
    await office.becomes("btc_dominance", BLIND)
    await office.post.look()
    (parcel,) = await take_all(office.desk.outbox)
    assert await Tact(office.desk.outbox, 3).instead(parcel) is None
    assert parcel.letters[0].job.startswith("operator:")


async def _gives_up(office: Office, *names: str) -> None:
    await office.desk.join(7)
    for name in names:
        await office.desk.tell(name, chat(7))
    parcels: Sequence[Parcel] = await take_all(office.desk.outbox)
    await office.desk.settle(Outcome.DEAD, *parcels, reason="Bad Request: no")


async def test_letters_that_are_given_up_are_told_with_what_to_do(office: Office) -> None:
    await _gives_up(office, "one", "two")
    assert await office.post.look()
    ((first, second),) = await office.heard()
    assert first.startswith(
        "Given up on Telegram: 2 letters, 2 in all. The newest: own:telegram:7:"
    )
    assert first.endswith(": Bad Request: no.")
    assert "--redrive" in second
    office.now += timedelta(minutes=6)
    assert not await office.post.look()


async def test_that_its_own_message_is_given_up_makes_no_other(office: Office) -> None:
    await office.becomes("btc_dominance", BLIND)
    assert await office.post.look()
    (parcel,) = await take_all(office.desk.outbox)
    await office.desk.settle(Outcome.DEAD, parcel, reason="Bad Request: chat not found")
    office.now += timedelta(minutes=6)
    assert not await office.post.look()
    assert (await office.desk.dead_letters.backlog("telegram")).dead == 1
    assert await office.desk.dead_letters.redrive("telegram") == 1
    assert len(await office.heard()) == 1


async def test_a_chat_that_cannot_be_reached_hears_it_when_it_is_back(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    await office.becomes("btc_dominance", BLIND)
    await office.post.look()
    (parcel,) = await take_all(office.desk.outbox)
    await office.desk.settle(Outcome.SUSPENDED, parcel, reason="blocked")
    await office.becomes("sp_500", BLIND)
    for minutes in (6, 12, 18):
        office.now = NOON + timedelta(minutes=minutes)
        await office.post.look()
    (warning,) = caplog.messages
    assert warning.startswith("OPERATOR_CHAT cannot be reached")
    assert (await office.notes.told()).blind == ("btc_dominance",), "What it missed is not told."
    await RedisSubscriptions(office.client).resume(HERE)
    await office.post.look()
    assert [lines[0].split(",")[0] for lines in await office.heard()] == [
        "Blind: Bitcoin dominance",
        "Blind: S&P 500",
    ]


async def test_it_follows_a_chat_that_moved(office: Office) -> None:
    await office.desk.join(42)
    await office.desk.outbox.move(HERE, chat(-10042))
    await office.becomes("btc_dominance", BLIND)
    await office.post.look()
    (parcel,) = await take_all(office.desk.outbox)
    assert parcel.chat == chat(-10042)


async def test_whoever_leads_and_led_is_read_from_the_leases(office: Office, redis: Redis) -> None:
    one = holder_name("one", NOON - timedelta(hours=1), "01")
    two = holder_name("two", NOON, "02")
    listening = RedisLease(office.client, Lane("telegram").lead)
    for holder in (one, two):
        await redis.delete("{nf}:lead:poller", Lane("telegram").lead)
        assert await office.desk.lease.acquire(holder)
        assert await listening.acquire(holder)
        await office.post.look()
    ((line,),) = await office.heard()
    assert line == (
        "two (running since 2026-11-25 12:00:00 UTC) polls the sources and listens to Telegram "
        "now; one (running since 2026-11-25 11:00:00 UTC) did before, and fell silent."
    )
    three = holder_name("three", NOON + timedelta(minutes=1), "03")
    await office.notes.ends(two, NOON + timedelta(seconds=30))
    await redis.delete("{nf}:lead:poller", Lane("telegram").lead)
    office.now += timedelta(minutes=6)
    assert not await office.post.look(), "It was stopped."
    assert await office.desk.lease.acquire(three)
    assert not await office.post.look(), "It was started again."
    assert (await office.notes.told()).leaders == {"polls": three, "telegram": two}


async def test_of_those_that_ended_only_the_last_are_remembered(office: Office) -> None:
    for number in range(130):
        await office.notes.ends(f"p{number}", NOON + timedelta(seconds=number))
    ended = (await office.notes.roles(())).ended
    assert len(ended) == 100
    assert ended["p129"] == NOON + timedelta(seconds=129)
    assert "p29" not in ended


async def test_a_feed_that_fails_for_a_day_is_told_though_the_process_changes(
    office: Office,
) -> None:
    assert await office.desk.lease.acquire(LEADER)
    for hours in (0, 25):
        failed = FeedHealth("yahoo/iwm", failed_at=NOON + timedelta(hours=hours), error="503.")
        await office.desk.journal.remember_health([failed], leader=LEADER)
        await office.another().look()
    assert await office.heard() == [("Failing for more than a day: yahoo/iwm (503).",)]


async def test_it_is_kept_up_on_the_chats_platform_alone(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.02)
    await office.becomes("btc_dominance", BLIND)
    async with asyncio.timeout(5):
        await office.post.keep("discord")
    keeping = asyncio.create_task(office.post.keep("telegram"))

    async def was_told() -> bool:
        return (await office.notes.told()).blind == ("btc_dominance",)

    await until(was_told)
    keeping.cancel()
    with suppress(asyncio.CancelledError):
        await keeping
