"""What is held back comes when /settings or /unmute leave nothing that holds it."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.manners import held_back
from bot.model import Preferences
from bot.ports import Outcome, Settlement
from bot.stores.connect import Client
from bot.stores.holding import RedisHolding
from bot.stores.preferences import RedisPreferences
from tests.handlers.past import Desk as Asked
from tests.stores.examples import Desk, alert, chat, take_all

NOW = datetime.now(UTC)
"""What is held is judged by the store's own clock."""
HERE = chat(7002)


@pytest.fixture
def asked(store_client: Client) -> Asked:
    return Asked(store_client, NOW)


@pytest.fixture
def desk(store_client: Client) -> Desk:
    return Desk(store_client)


@pytest.fixture
def holding(store_client: Client) -> RedisHolding:
    return RedisHolding(store_client)


def around_now(*, hours: int = 0) -> str:
    """Quiet hours in UTC that it is now, or that begin so many hours later."""
    begin, end = (NOW + timedelta(hours=hours + each) for each in (-1, 1))
    return f"{begin:%H:%M}-{end:%H:%M}"


async def hold_what_comes(desk: Desk, *jobs: str) -> None:
    """Fire alerts that the chat hears, and do with them as a sender does."""
    await desk.join(HERE.id)
    await desk.commit(*map(alert, jobs))
    for parcel in await take_all(desk.outbox):
        letters = [(each.job, each.topic) for each in parcel.letters]
        holds = held_back(letters, parcel.preferences, parcel.at)
        assert len(holds) == len(jobs)
        await desk.outbox.settle("telegram", [Settlement(parcel, Outcome.HELD, holds=holds)])


@pytest.mark.parametrize(
    "command",
    ["quiet off", f"quiet {around_now(hours=6)}", "zone Etc/GMT-12", "urgent all"],
)
async def test_it_comes_when_it_is_quiet_no_more(
    asked: Asked, desk: Desk, holding: RedisHolding, command: str
) -> None:
    await asked.ask(f"/settings quiet {around_now()}", HERE)
    await hold_what_comes(desk, "a", "b", "c")
    assert await holding.held(HERE) == 3
    assert "3 alerts on their way here" in await asked.ask("/stop", HERE)
    await asked.ask("/settings digest daily", HERE)
    assert await holding.held(HERE) == 3
    said = await asked.ask(f"/settings {command}", HERE)
    assert "The 3 alerts that were held back come now." in said
    assert "held back" not in await asked.ask(f"/settings {command}", HERE)
    assert await desk.drained() == [(HERE.member, ["a", "b", "c"])]


async def test_it_comes_when_it_is_muted_no_more(asked: Asked, desk: Desk) -> None:
    await asked.ask("/mute dominance 1d", HERE)
    await asked.ask("/mute 1h", HERE)
    await hold_what_comes(desk, "a")
    assert "held back come" not in await asked.ask("/unmute everything", HERE)
    assert "The alert that was held back comes now." in await asked.ask("/unmute", HERE)
    assert await desk.drained() == [(HERE.member, ["a"])]


async def test_who_was_cut_off_before_it_came_asks_again(
    asked: Asked, desk: Desk, store_client: Client
) -> None:
    await asked.ask("/mute 1d", HERE)
    await hold_what_comes(desk, "a")
    await RedisPreferences(store_client).change(HERE, lambda _: Preferences())
    assert "The alert that was held back comes now." in await asked.ask("/unmute", HERE)
    await asked.ask(f"/settings quiet {around_now()}", HERE)
    await desk.settle(Outcome.SENT, *await take_all(desk.outbox))
    await hold_what_comes(desk, "b")
    await RedisPreferences(store_client).change(HERE, lambda _: Preferences())
    said = await asked.ask("/settings quiet off", HERE)
    assert "The alert that was held back comes now." in said


async def test_what_is_held_is_forgotten_with_the_chat(
    asked: Asked, desk: Desk, holding: RedisHolding
) -> None:
    await asked.ask("/mute 1d", HERE)
    await hold_what_comes(desk, "a")
    said = await asked.ask("/stop yes", HERE)
    assert "1 alert on its way here; your settings and mutes." in said
    assert await holding.held(HERE) == 0
    assert await desk.drained() == []


async def test_an_import_lets_go_too(asked: Asked, desk: Desk) -> None:
    await asked.ask(f"/settings quiet {around_now()}", HERE)
    await hold_what_comes(desk, "a", "b")
    said = await asked.ask("/import /settings quiet off", HERE)
    assert "The 2 alerts that were held back come now." in said
    assert await desk.drained() == [(HERE.member, ["a", "b"])]
