"""/link: two chats of one person, over a real store."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from redis.asyncio import Redis

from bot.adapters.console import AT_THE_KEYBOARD
from bot.linking import accept
from bot.messages import plain
from bot.model import Chat, Preferences
from bot.ports import Link, LinkRefused, Outcome, Refusal
from bot.stores.connect import Client, connect
from bot.stores.forgetting import RedisForgetting
from bot.stores.links import ALPHABET, RedisLinks
from bot.stores.outbox import RedisOutbox
from bot.stores.preferences import RedisPreferences
from tests.handlers.past import Desk
from tests.stores import examples
from tests.stores.examples import alert, dumped, take_all
from tests.stores.wire import wire_to

HERE, THERE = Chat("telegram", "11"), Chat("discord", "22", "3")
THIRD = Chat("discord", "33")


@pytest.fixture
def desk(store_client: Client) -> Desk:
    return Desk(store_client)


@pytest.fixture
def links(store_client: Client) -> RedisLinks:
    return RedisLinks(store_client)


async def code_for(desk: Desk, chat: Chat) -> str:
    found = re.search(rf"^/link ([{ALPHABET}]{{8}})$", await desk.ask("/link", chat), re.MULTILINE)
    assert found is not None
    return found[1]


async def linked(desk: Desk, one: Chat = HERE, other: Chat = THERE) -> None:
    assert "Linked with" in await desk.ask(f"/link {await code_for(desk, one)}", other)


async def test_a_code_links_two_chats_and_each_says_with_whom(desk: Desk) -> None:
    said = await desk.answer("/link", HERE)
    assert said.aside, "Nobody else needs to see the code."
    assert "link this chat with one of yours on discord" in said.title.lower()
    assert "urgent here: breakout, phase, own" in plain(said).lower()
    code = await code_for(desk, HERE)
    done = await desk.ask(f"/link {code.lower()}", THERE)
    assert done.startswith("Linked with the Telegram chat 11\n")
    assert "Linked with the Telegram chat 11\nBoth can be reached." in await desk.ask(
        "/link", THERE
    )
    assert "Linked with the Discord chat 22, thread 3\n" in await desk.ask("/link", HERE)


async def test_on_telegram_a_deep_link_does_the_same(desk: Desk) -> None:
    said = await desk.ask("/link", THERE)
    payload = re.search(r"\?start=(link_\w{8})", said)
    assert payload is not None
    assert "?start" not in await desk.ask("/link", HERE), "It is of no use on Discord."
    assert (await desk.ask(f"/link {payload[1]}", HERE)).startswith("Linked with the Discord chat")
    assert accept.__module__ == "bot.linking", "For /start, which no other handler may import."


async def test_a_code_works_once_and_only_the_newest_does(desk: Desk, redis: Redis) -> None:
    old, new = await code_for(desk, HERE), await code_for(desk, HERE)
    assert "I know no such code" in await desk.ask(f"/link {old}", THERE)
    assert "Linked" in await desk.ask(f"/link {new}", THERE)
    assert "I know no such code" in await desk.ask(f"/link {new}", THIRD)
    assert [key async for key in redis.scan_iter("*link:*")] == []
    for typed in ("ABCDEFG", "ABCDEFGHJ", "A0CDEFGH", "link_", "…"):
        assert "I know no such code" in await desk.ask(f"/link {typed}", THIRD)


async def test_a_code_is_good_for_a_quarter_of_an_hour(desk: Desk, redis: Redis) -> None:
    code = await code_for(desk, HERE)
    for key in (f"{{nf}}:link:{code}", "{nf}:telegram:offer:11"):
        assert 14 * 60 < await redis.ttl(key) <= 15 * 60


async def test_a_chat_is_linked_with_one_on_another_platform(desk: Desk) -> None:
    code = await code_for(desk, HERE)
    for chat in (HERE, Chat("telegram", "12")):
        assert "on this platform, perhaps of this one" in await desk.ask(f"/link {code}", chat)
    assert "Linked" in await desk.ask(f"/link {code}", THERE)


async def test_a_chat_has_one_link(desk: Desk, links: RedisLinks) -> None:
    before = await code_for(desk, THIRD)
    await linked(desk)
    assert "linked already; /link off ends that." in await desk.ask(f"/link {before}", HERE)
    with pytest.raises(LinkRefused) as refused:
        await links.offer(HERE)
    assert refused.value.refusal is Refusal.LINKED
    await desk.ask(f"/link {before}", Chat("telegram", "14"))
    assert await links.of(HERE) == Link(THERE)
    assert await links.of(THIRD) == Link(Chat("telegram", "14"))


async def test_off_ends_it_on_both_sides(desk: Desk, redis: Redis) -> None:
    await linked(desk)
    assert "No longer linked with the Telegram chat 11" in await desk.ask("/link off", THERE)
    for chat in (HERE, THERE):
        assert "linked with no other" in await desk.ask("/link off", chat)
    assert not await redis.exists("{nf}:telegram:links", "{nf}:discord:links")


async def test_only_who_may_change_a_chat_links_it_or_sees_with_whom(desk: Desk) -> None:
    async def may_not() -> bool:
        return False

    code = await code_for(desk, HERE)
    member = replace(AT_THE_KEYBOARD, id="9", may_change=may_not)
    for text in ("/link", f"/link {code}", "/link off"):
        said = await desk.router.answer(THERE, text, member)
        assert said is not None
        assert said.title == "That is not for everyone here"
    assert "Linked" in await desk.ask(f"/link {code}", THERE)


async def test_it_says_which_of_the_two_is_failing(
    desk: Desk, store_client: Client, links: RedisLinks
) -> None:
    senders = examples.Desk(store_client)
    await linked(desk)
    await senders.join(11)
    await senders.commit(alert())
    (parcel,) = await take_all(senders.outbox)
    worse = replace(parcel, attempts=1)
    await senders.settle(Outcome.LATER, worse, seconds=60)
    found = await links.of(THERE)
    assert found is not None
    assert found.other_failing_since is not None
    assert "The Telegram chat cannot be reached since " in await desk.ask("/link", THERE)


async def test_who_leaves_is_linked_no_more_and_leaves_nothing(
    desk: Desk, store_client: Client, links: RedisLinks, redis: Redis
) -> None:
    await linked(desk)
    assert "– the link to a chat on another platform" in await desk.ask("/stop", HERE)
    await RedisForgetting(store_client).forget(HERE)
    assert await links.of(THERE) is None
    await links.offer(HERE)
    await RedisForgetting(store_client).forget(HERE)
    assert [name for name in await dumped(redis) if ":once:" not in name] == []


async def test_whoever_moves_stays_linked(
    desk: Desk, store_client: Client, links: RedisLinks
) -> None:
    moved = Chat("telegram", "-10011")
    await linked(desk)
    await RedisOutbox(store_client).move(HERE, moved)
    assert (await links.of(HERE), await links.of(moved)) == (None, Link(THERE))
    assert await links.of(THERE) == Link(moved)
    await linked(desk, HERE, THIRD)
    await RedisOutbox(store_client).move(HERE, moved)
    assert (await links.of(moved), await links.of(THIRD)) == (Link(THERE), None)


@pytest.fixture
async def lossy(redis_url: str) -> AsyncIterator[RedisLinks]:
    async with (
        wire_to(Path(unquote(urlsplit(redis_url).path))) as (wire, url),
        connect(url) as client,
    ):
        wire.lossy = True
        yield RedisLinks(client)
        assert wire.lost_scripts() == 3


async def test_a_lost_reply_is_answered_all_the_same(lossy: RedisLinks) -> None:
    code = await lossy.offer(HERE)
    assert await lossy.accept(THERE, code) == HERE
    assert await lossy.remove(THERE) == HERE


async def test_what_is_urgent_is_said_as_it_was_set(desk: Desk, store_client: Client) -> None:
    preferences = RedisPreferences(store_client)
    await preferences.change(HERE, lambda _: Preferences(urgent=("dominance",)))
    assert "Urgent here: dominance; " in await desk.ask("/link", HERE)
