"""What is written down: deliveries in their order, and counts."""

import time
from typing import Any

import pytest

from tests.adapters import fake_discord, fake_telegram
from tests.platforms.client import Client
from tests.platforms.counters import BusiestSecond
from tests.platforms.ledger import Ledger


async def test_tokens_keep_their_order_and_their_repeats(telegram: Client) -> None:
    for chat, text in ((1, "#A2"), (2, "#A1"), (1, "#B17 and #A1"), (1, "none"), (1, "#A2")):
        await telegram.tell(chat, text)
    ledger = await telegram.look("/ledger")
    assert ledger["chats"] == {"1": ["#A2", "#B17", "#A1", "#A2"], "2": ["#A1"]}
    assert ledger["deliveries"] == 5


async def test_topics_of_a_group_are_chats_of_their_own(telegram: Client) -> None:
    await telegram.tell(-1001, "#A1", message_thread_id=9)
    await telegram.tell(-1001, "#A2")
    assert (await telegram.look("/ledger"))["chats"] == {"-1001:9": ["#A1"], "-1001": ["#A2"]}


async def test_a_chat_is_told_in_full_as_people_read_it(telegram: Client) -> None:
    before = time.time()
    await telegram.tell(1, "elsewhere")
    await telegram.tell(2, "<b>#A1</b> &lt; 57", parse_mode="HTML")
    (delivery,) = (await telegram.look("/ledger?chat=2"))["chats"]["2"]
    assert before <= delivery.pop("at") <= time.time()
    assert delivery == {"order": 1, "text": "#A1 < 57", "tokens": ["#A1"]}
    assert list((await telegram.look("/ledger?full=1"))["chats"]) == ["1", "2"]


async def test_discords_texts_are_its_embeds_and_content(discord: Client) -> None:
    embed = {"title": "#A1", "description": "#A2", "footer": {"text": "#A3"}}
    await discord.post(5, embeds=[embed], content="#A0")
    assert (await discord.look("/ledger"))["chats"] == {"5": ["#A0", "#A1", "#A2", "#A3"]}


def test_a_marker_may_name_the_part_that_counts() -> None:
    ledger = Ledger(r"\[(\w+)\]")
    ledger.write("1", "[one] [two]", 0.0)
    assert ledger.tokens() == {"1": ["one", "two"]}
    with pytest.raises(ValueError, match="more than one group"):
        Ledger("(a)(b)")


async def test_a_repeated_nonce_is_no_second_message(discord: Client) -> None:
    first = await discord.post(5, "#A1", nonce="n1", enforce_nonce=True)
    again = await discord.post(5, "#A1", nonce="n1", enforce_nonce=True)
    other = await discord.post(6, "#A1", nonce="n1", enforce_nonce=True)
    loose = await discord.post(5, "#A1", nonce="n1")
    assert first.body == again.body
    assert len({each.body["id"] for each in (first, other, loose)}) == 3
    counters = await discord.look("/counters")
    assert (counters["delivered"], counters["repeats"]) == (3, 1)
    assert (await discord.look("/ledger"))["chats"] == {"5": ["#A1", "#A1"], "6": ["#A1"]}


async def test_a_nonce_is_forgotten_after_some_minutes(
    discord: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    await discord.post(5, nonce="n1", enforce_nonce=True)
    monkeypatch.setattr("tests.platforms.discord_wire.NONCE_SECONDS", 0.0)
    await discord.post(5, nonce="n1", enforce_nonce=True)
    assert (await discord.look("/counters"))["delivered"] == 2


async def test_bodies_nobody_can_read_are_counted(telegram: Client, discord: Client) -> None:
    url = f"{telegram.platform.api_url}/bot{fake_telegram.TOKEN}/sendMessage"
    form = "application/x-www-form-urlencoded"
    for body, kind in ((b"{", "application/json"), (b"[]", "application/json"), (b"hi", form)):
        assert (await telegram.raw(url, body, **{"Content-Type": kind})).status == 400
    assert (
        await telegram.raw(url, b"chat_id=1&text=%23A1", **{"Content-Type": form})
    ).status == 200
    counters = await telegram.look("/counters")
    assert (counters["unparseable"], counters["delivered"]) == (3, 1)

    url = f"{discord.platform.api_url}/channels/5/messages"
    token = f"Bot {fake_discord.TOKEN}"
    answer = await discord.raw(url, b"\xff", Authorization=token)
    assert (answer.status, answer.body["code"]) == (400, 50109)
    assert (await discord.look("/counters"))["unparseable"] == 1


async def test_texts_no_platform_takes_are_refused(telegram: Client, discord: Client) -> None:
    more: dict[str, str]
    for text, more in (("", {}), ("x" * 4097, {}), ("<b>1 < 2", {"parse_mode": "HTML"})):
        assert (await telegram.tell(1, text, **more)).status == 400
    unfit: list[dict[str, Any]] = [{"embeds": []}, {"content": "x" * 2001}, {"nonce": "n" * 26}]
    for parts in unfit:
        assert (await discord.post(5, **parts)).body["code"] == 50035
    assert (await discord.post(5, "x" * 257)).status == 400
    assert (await telegram.look("/counters"))["refused"] == {"text": 3}
    assert (await discord.look("/counters"))["refused"] == {"text": 4}


async def test_a_wrong_token_is_refused(telegram: Client, discord: Client) -> None:
    assert (await telegram.raw(f"{telegram.platform.url}/bot1:other/getMe", b"")).status == 401
    assert (await discord.raw(f"{discord.platform.api_url}/users/@me", b"")).status == 401
    assert (await telegram.look("/counters"))["answers"] == {"401": 1}


async def test_a_reset_forgets_what_was_and_not_what_holds(telegram: Client) -> None:
    telegram.platform.control({"refuse": {"blocked": [1]}})
    await telegram.tell(2, "#A1")
    telegram.platform.control({"reset": True})
    assert await telegram.look("/ledger") == {"deliveries": 0, "moved": {}, "chats": {}}
    counters = await telegram.look("/counters")
    assert (counters["sends"], counters["most_in_flight"]) == (0, 0)
    assert counters["worst_second"] == {"sends": 0, "delivered": 0}
    assert (await telegram.tell(1)).status == 403


def test_the_busiest_second_is_the_worst_of_all() -> None:
    second = BusiestSecond()
    for at in (0.0, 0.9, 1.0, 1.8, 1.85, 5.0, 5.5):
        second.add(at)
    assert second.most == 4


async def test_the_busiest_second_counts_all_sends_and_all_deliveries(telegram: Client) -> None:
    telegram.platform.control({"limits": {"overall": [4, 60]}})
    while True:
        telegram.platform.control({"reset": True, "limits": {"overall": [4, 60]}})
        began = time.monotonic()
        for chat in range(1, 8):
            await telegram.tell(chat)
        if time.monotonic() - began < 1:
            break
    counters = await telegram.look("/counters")
    assert counters["worst_second"] == {"sends": 7, "delivered": 4}
