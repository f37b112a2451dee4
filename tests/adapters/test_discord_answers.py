"""What people say on a Discord on loopback, answered: by whom it may be read, and where."""

import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import date

import pytest

from bot.adapters.discord.adapter import DiscordAdapter
from bot.model import Button, Chart, Chat, Message
from bot.ports import SILENCE, Option
from tests.adapters.discord_bot import CARDS, CHANNEL, Receptionist, listening
from tests.adapters.fake_discord import (
    EVERYTHING,
    GUILD_ID,
    PERSON,
    FakeDiscord,
    Fault,
    direct_messages,
)

ANOTHER = Chat("discord", "6000000000000000002")
MANAGE_SERVER, ADMINISTRATOR = 1 << 5, 1 << 3
VIEW, SEND, EMBED, SEND_IN_THREADS = 1 << 10, 1 << 11, 1 << 14, 1 << 38
MEMBER = EVERYTHING & ~MANAGE_SERVER & ~ADMINISTRATOR
GUEST = {"authorizing_integration_owners": {"1": PERSON["id"]}}
"""What Discord says along where only the person has installed the bot."""

WHY = Button("Why", "/why 17")
SNOOZE = Button("1 hour", "/mute dominance_55 1h", replaces=True)
ALERT = Message("Bitcoin dominance fell below 55 %", ("It is 54.9 % now.",), buttons=(WHY, SNOOZE))
REFUSED = Message("That is not for everyone here", aside=True)
CHART = Chart("btc_dominance", date(2026, 1, 1), date(2026, 3, 1), "Dominance falls from 60 to 55.")
PNG = b"\x89PNG\r\n\x1a\n--not really\x00a picture--\r\n"


@pytest.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as discord_on_loopback:
        yield discord_on_loopback


@pytest.fixture(autouse=True)
def _nothing_is_loud(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing here is an error, neither ours nor the library's."""
    yield
    loud = [each for each in caplog.get_records("call") if each.levelno >= logging.ERROR]
    assert loud == []


async def post(adapter: DiscordAdapter, chat: Chat = CHANNEL, message: Message = ALERT) -> None:
    for number, part in enumerate(adapter.render([message])):
        await adapter.post(chat, part, f"{chat.id}-{number}")


# --- Buttons --------------------------------------------------------------------------------------


async def test_a_button_says_its_command(fake: FakeDiscord) -> None:
    desk = Receptionist()
    async with listening(fake, desk) as adapter:
        await post(adapter)
        why, snooze = fake.messages[0].buttons
        assert (why["label"], why["custom_id"][8:]) == ("Why", "+/why 17")
        assert (snooze["label"], snooze["custom_id"][8:]) == ("1 hour", "=/mute dominance_55 1h")
        interaction = await fake.press(why["custom_id"])
        reply = await fake.answer_to(interaction)
    assert desk.heard == [(CHANNEL.id, "/why 17")]
    assert reply.text == f"You said\n/why 17\n{CHANNEL.id}"
    first = fake.replies[0]
    assert (first.payload["type"], first.ephemeral) == (5, True)


async def test_a_button_that_replaces_edits_its_message(fake: FakeDiscord) -> None:
    desk = Receptionist(lambda _chat, _text: Message("Snoozed", buttons=(WHY,)))
    async with listening(fake, desk) as adapter:
        await post(adapter)
        interaction = await fake.press(fake.messages[0].buttons[1]["custom_id"])
        reply = await fake.answer_to(interaction)
    assert fake.replies[0].payload["type"] == 6
    assert (reply.text, [each["label"] for each in reply.buttons]) == ("Snoozed", ["Why"])
    # Their tags are the same: the answer's buttons work as the alert's do.
    assert reply.buttons[0]["custom_id"] == fake.messages[0].buttons[0]["custom_id"]


async def test_an_answer_without_buttons_takes_the_old_ones_away(fake: FakeDiscord) -> None:
    async with listening(fake, Receptionist()) as adapter:
        await post(adapter)
        interaction = await fake.press(fake.messages[0].buttons[1]["custom_id"])
        assert (await fake.answer_to(interaction)).payload["components"] == []


async def test_a_refusal_leaves_the_message_as_it_is(fake: FakeDiscord) -> None:
    async with listening(fake, Receptionist(lambda _chat, _text: REFUSED)) as adapter:
        await post(adapter)
        interaction = await fake.press(fake.messages[0].buttons[1]["custom_id"])
        reply = await fake.answer_to(interaction, kind="followup")
    assert (reply.text, reply.ephemeral) == (REFUSED.title, True)
    assert fake.kinds(interaction) == ["callback", "followup"]


@pytest.mark.parametrize(("permissions", "may"), [(MANAGE_SERVER, True), (MEMBER, False)])
async def test_a_press_has_the_rights_of_whoever_pressed(
    fake: FakeDiscord, permissions: int, *, may: bool
) -> None:
    desk = Receptionist()
    async with listening(fake, desk) as adapter:
        await post(adapter)
        interaction = await fake.press(
            fake.messages[0].buttons[1]["custom_id"], permissions=permissions
        )
        await fake.answer_to(interaction)
    assert await desk.authors[0].may_change() is may


async def test_buttons_outlive_a_restart(fake: FakeDiscord) -> None:
    async with listening(fake, Receptionist()) as adapter:
        await post(adapter)
    await fake.wait_for(lambda: not fake.connected)
    desk = Receptionist()
    async with listening(fake, desk):
        await fake.answer_to(await fake.press(fake.messages[0].buttons[0]["custom_id"]))
    assert desk.heard == [(CHANNEL.id, "/why 17")]


async def test_a_button_works_in_its_own_chat_only(fake: FakeDiscord) -> None:
    desk = Receptionist()
    async with listening(fake, desk) as adapter:
        parts = adapter.render([ALERT])
        for chat in (CHANNEL, ANOTHER):
            await adapter.post(chat, parts[0], chat.id)
        here, there = (posted.buttons for posted in fake.messages)
        assert here[0]["custom_id"][8:] == there[0]["custom_id"][8:]
        assert here[0]["custom_id"] != there[0]["custom_id"]
        for button in here:
            interaction = await fake.press(button["custom_id"], ANOTHER.id)
            reply = await fake.answer_to(
                interaction, kind="edit" if button is here[0] else "followup"
            )
            assert "not from here" in reply.text
        assert desk.heard == []
        await fake.answer_to(await fake.press(there[0]["custom_id"], ANOTHER.id))
    assert desk.heard == [(ANOTHER.id, "/why 17")]
    assert fake.replies[0].ephemeral


@pytest.mark.parametrize(
    "custom_id", ["x", "AAAAAAAA+/status", "AAAAAAAA-/status", "AAAAAAAA+status"]
)
async def test_what_is_no_button_of_ours_does_nothing(fake: FakeDiscord, custom_id: str) -> None:
    desk = Receptionist()
    async with listening(fake, desk):
        interaction = await fake.press(custom_id)
        await fake.wait_for(lambda: len(fake.kinds(interaction)) == 2)
    assert desk.heard == []
    assert "not from here" in fake.replies[-1].text


async def test_many_buttons_stand_in_rows_and_none_twice(fake: FakeDiscord) -> None:
    labels = [Button(f"{number} " + "x" * 100, f"/alert {number}") for number in range(30)]
    wrong = (Button("Again", "/alert 0"), Button("Long", "/" + "x" * 100), Button("", "/help"))
    async with listening(fake, Receptionist()) as adapter:
        await post(adapter, message=replace(ALERT, buttons=(*wrong, *labels)))
    (posted,) = fake.messages
    assert [len(row["components"]) for row in posted.payload["components"]] == [5] * 5
    assert [each["label"][:7] for each in posted.buttons[:3]] == ["Again", "/help", "1 xxxxx"]


async def test_a_bundle_has_the_newest_messages_buttons_below_its_last_part(
    fake: FakeDiscord,
) -> None:
    older = replace(ALERT, buttons=(Button("Old", "/why 1"),))
    async with listening(fake, Receptionist()) as adapter:
        parts = adapter.render([older, replace(ALERT, lines=("x" * 4000, "y" * 4000))])
        for number, part in enumerate(parts):
            await adapter.post(CHANNEL, part, str(number))
    labels = [[button["label"] for button in posted.buttons] for posted in fake.messages]
    assert labels == [[], ["Why", "1 hour"]]


async def test_hostile_texts_on_buttons_stay_texts(fake: FakeDiscord) -> None:
    hostile = '<b>@everyone "[x](http://y)\\u0000\x00\u202e\ud800'
    shown = hostile.replace("\ud800", "?").replace("\x00", "").replace("\u202e", "")
    desk = Receptionist()
    async with listening(fake, desk) as adapter:
        await post(adapter, message=replace(ALERT, buttons=(Button(hostile, f"/why {hostile}"),)))
        (button,) = fake.messages[0].buttons
        assert button["label"] == shown
        await fake.answer_to(await fake.press(button["custom_id"]))
    assert desk.heard == [(CHANNEL.id, f"/why {shown}")]


async def test_a_press_that_breaks_is_apologised_for(
    fake: FakeDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_chat: Chat, _text: str) -> Message | None:
        raise ZeroDivisionError

    async with listening(fake, Receptionist(broken)) as adapter:
        await post(adapter)
        for button, kind in zip(fake.messages[0].buttons, ("edit", "followup"), strict=True):
            reply = await fake.answer_to(await fake.press(button["custom_id"]), kind=kind)
            assert "went wrong" in reply.text
    assert caplog.text.count("A button failed") == 2
    caplog.clear()


async def test_an_answer_that_discord_does_not_take_leaves_nobody_waiting(
    fake: FakeDiscord,
) -> None:
    fake.fail_path("/@original", Fault(400, 50035))
    async with listening(fake, Receptionist()):
        reply = await fake.answer_to(await fake.slash("status"))
    assert "went wrong" in reply.text


async def test_an_answer_survives_connections_that_break(fake: FakeDiscord) -> None:
    fake.fail_path("/callback", Fault(drop=True))
    fake.fail_path("/@original", Fault(drop=True))
    async with listening(fake, Receptionist()):
        reply = await fake.answer_to(await fake.slash("status"))
    assert reply.text.startswith("You said")


async def test_a_promise_that_arrived_unconfirmed_is_one(fake: FakeDiscord) -> None:
    fake.fail_path("/callback", Fault(drop=True), Fault(400, 40060))
    desk = Receptionist()
    async with listening(fake, desk):
        await fake.slash("status")
        await fake.wait_for(lambda: any(path.endswith("/@original") for _, path in fake.requests))
    assert desk.heard == [(CHANNEL.id, "/status")]


# --- For whose eyes -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "options", "guild", "ephemeral"),
    [
        ("status", {}, True, True),
        ("mute", {}, True, True),
        ("mute", {"what": "dominance", "how_long": "1d"}, True, False),
        ("status", {}, False, False),
        ("mute", {"what": "dominance"}, False, False),
    ],
)
async def test_answers_that_change_nothing_are_for_whoever_asked(
    fake: FakeDiscord, name: str, options: dict[str, str], *, guild: bool, ephemeral: bool
) -> None:
    desk = Receptionist()
    async with listening(fake, desk):
        interaction = await fake.slash(name, options, guild=guild)
        await fake.answer_to(interaction)
    assert desk.heard == [(CHANNEL.id, " ".join((f"/{name}", *options.values())))]
    assert fake.replies[0].ephemeral is ephemeral


async def test_the_rest_of_a_long_answer_is_for_the_same_eyes(fake: FakeDiscord) -> None:
    long = Message("Long", tuple("x" * 3000 for _ in range(3)))
    async with listening(fake, Receptionist(lambda _chat, _text: long)):
        for options, ephemeral in (({}, True), ({"what": "all"}, False)):
            interaction = await fake.slash("mute", options)
            reply = await fake.answer_to(interaction, kind="followup")
            assert reply.ephemeral is ephemeral


async def test_a_refusal_of_a_change_is_for_whoever_asked(fake: FakeDiscord) -> None:
    async with listening(fake, Receptionist(lambda _chat, _text: REFUSED)):
        interaction = await fake.slash("mute", {"what": "all"})
        reply = await fake.answer_to(interaction, kind="followup")
    assert fake.kinds(interaction) == ["callback", "edit", "delete", "followup"]
    assert (reply.text, reply.ephemeral) == (REFUSED.title, True)


async def test_silence_leaves_a_pressed_message_alone(fake: FakeDiscord) -> None:
    silent = Receptionist(lambda _chat, text: SILENCE if text.startswith("/mute") else ALERT)
    async with listening(fake, silent) as adapter:
        await post(adapter)
        interaction = await fake.press(fake.messages[0].buttons[1]["custom_id"])
        await fake.answer_to(await fake.slash("status"))
    assert fake.kinds(interaction) == ["callback"]


# --- What is pinned -------------------------------------------------------------------------------

BOARD = Message("The board", ("Day 34",), buttons=(WHY,), pinned=True)


@pytest.mark.parametrize("pin", [True, False])
async def test_a_pinned_answer_is_the_channels_own_message(fake: FakeDiscord, *, pin: bool) -> None:
    desk = Receptionist(lambda _chat, text: BOARD if text == "/status" else ALERT)
    fake.pinning = pin
    async with listening(fake, desk) as adapter:
        interaction = await fake.slash("status")
        await fake.answer_to(interaction, kind="delete")
        (posted,) = fake.messages
        assert (posted.channel, posted.text) == (CHANNEL.id, "The board\nDay 34")
        assert desk.told_pinned == [(CHANNEL.id, posted.id)]
        assert fake.pins == ([(CHANNEL.id, posted.id)] if pin else [])
        await fake.answer_to(await fake.press(posted.buttons[0]["custom_id"]))
        await adapter.edit(
            CHANNEL, posted.id, adapter.render([replace(BOARD, lines=("Day 35",))])[0]
        )
    assert desk.heard[-1] == (CHANNEL.id, "/why 17")
    assert [edit.text for edit in fake.edits] == ["The board\nDay 35"]


@pytest.mark.parametrize("fault", [Fault(403, 50013), Fault(404, 10003)])
async def test_where_it_cannot_write_a_pinned_answer_is_one_as_others_and_says_so(
    fake: FakeDiscord, fault: Fault
) -> None:
    fake.fail(CHANNEL.id, fault)
    desk = Receptionist(lambda _chat, _text: BOARD)
    async with listening(fake, desk):
        reply = await fake.answer_to(await fake.slash("status"))
    assert reply.text.startswith("The board\nDay 34\nI could not write this here by myself")
    assert desk.told_pinned == []
    assert fake.messages == []


# --- Installed by one person ----------------------------------------------------------------------


async def test_whoever_installed_it_alone_is_told_in_direct_messages(fake: FakeDiscord) -> None:
    desk, home = Receptionist(), direct_messages(PERSON["id"])
    async with listening(fake, desk):
        for options in ({}, {"what": "all"}):
            interaction = await fake.slash(
                "mute", options, permissions=0, more={**GUEST, "locale": "de", "guild_locale": "tr"}
            )
            assert (await fake.answer_to(interaction)).text.endswith(home)
    assert desk.heard == [(home, "/mute"), (home, "/mute all")]
    assert [each.ephemeral for each in fake.replies if each.kind == "callback"] == [True, True]
    assert fake.direct_messages == [PERSON["id"]]
    assert [author.language for author in desk.authors] == ["de", "de"]
    assert await desk.authors[0].may_change()


async def test_in_a_private_channel_it_is_a_guest_and_at_home_it_is_not(fake: FakeDiscord) -> None:
    desk, home = Receptionist(), direct_messages(PERSON["id"])
    async with listening(fake, desk):
        group = await fake.slash("status", guild=False, more={**GUEST, "context": 2})
        await fake.answer_to(group)
        direct = await fake.slash("status", channel_id=home, guild=False, more=GUEST)
        await fake.answer_to(direct)
    assert desk.heard == [(home, "/status")] * 2
    assert [each.ephemeral for each in fake.replies if each.kind == "callback"] == [True, False]


async def test_where_the_server_installed_it_too_it_is_no_guest(fake: FakeDiscord) -> None:
    both = {"authorizing_integration_owners": {"0": GUILD_ID, "1": PERSON["id"]}}
    desk = Receptionist()
    async with listening(fake, desk):
        await fake.answer_to(await fake.slash("status", more=both))
    assert desk.heard == [(CHANNEL.id, "/status")]


async def test_a_button_shown_to_a_guests_host_works(fake: FakeDiscord) -> None:
    desk = Receptionist(lambda _chat, _text: ALERT)
    async with listening(fake, desk):
        reply = await fake.answer_to(await fake.slash("status", more=GUEST))
        pressed = await fake.press(reply.buttons[0]["custom_id"], ephemeral=True, more=GUEST)
        await fake.answer_to(pressed)
    assert desk.heard[1] == (direct_messages(PERSON["id"]), "/why 17")


async def test_who_takes_no_direct_messages_is_told_so(fake: FakeDiscord) -> None:
    fake.fail_path("/users/@me/channels", Fault(403, 50007))
    desk = Receptionist()
    async with listening(fake, desk):
        reply = await fake.answer_to(await fake.slash("mute", {"what": "all"}, more=GUEST))
    assert "cannot write to you" in reply.text
    assert desk.heard == []


# --- Languages and options ------------------------------------------------------------------------


@pytest.mark.parametrize(("guild", "language"), [(True, "pt-BR"), (False, "de")])
async def test_a_server_speaks_its_language_and_a_person_theirs(
    fake: FakeDiscord, language: str, *, guild: bool
) -> None:
    desk = Receptionist()
    async with listening(fake, desk):
        interaction = await fake.slash(
            "status", guild=guild, more={"locale": "de", "guild_locale": "pt-BR"}
        )
        await fake.answer_to(interaction)
    assert desk.authors[0].language == language


async def test_all_options_of_a_command_are_listed(fake: FakeDiscord) -> None:
    async with listening(fake, Receptionist()):
        await fake.wait_for(lambda: fake.connected)
    what, how_long = next(each["options"] for each in fake.commands if each["name"] == "mute")
    assert (what["name"], what["autocomplete"], "choices" in what) == ("what", True, False)
    assert [choice["value"] for choice in how_long["choices"]] == ["1h", "1d", "always"]
    await fake.wait_for(lambda: not fake.connected)
    changed = (*CARDS[:1], replace(CARDS[1], options=(*CARDS[1].options, Option("why", "Why"))))
    for _ in range(2):
        async with listening(fake, Receptionist(), changed):
            await fake.wait_for(lambda: fake.connected)
        await fake.wait_for(lambda: not fake.connected)
    assert fake.syncs == 2


async def test_what_is_typed_is_completed(fake: FakeDiscord) -> None:
    desk = Receptionist(offers=["dominance", "dominance", "", "x" * 101, *map(str, range(40))])
    async with listening(fake, desk):
        offered = await fake.offered(await fake.type_in("mute", "what", "dom"))
    assert desk.asked_for == [("mute", "what", "dom")]
    assert offered == ["dominance", *map(str, range(24))]


async def test_what_completes_too_late_is_nobodys_trouble(fake: FakeDiscord) -> None:
    fake.fail_path("/callback", Fault(404, 10062, "Unknown interaction"))
    desk = Receptionist(offers=["dominance"])
    async with listening(fake, desk):
        late = await fake.type_in("mute", "what", "d")
        await fake.wait_for(lambda: any(path.endswith("/callback") for _, path in fake.requests))
        assert await fake.offered(await fake.type_in("mute", "what", "do")) == ["dominance"]
    assert fake.kinds(late) == []


# --- What is missing ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("granted", "thread", "missing"),
    [
        (VIEW | SEND | EMBED, False, ""),
        (VIEW | SEND, False, "Embed Links"),
        (0, False, "View Channel, Send Messages, Embed Links"),
        (VIEW | SEND | EMBED, True, "Send Messages in Threads"),
        (VIEW | SEND_IN_THREADS | EMBED, True, ""),
        (ADMINISTRATOR, False, ""),
    ],
)
async def test_whoever_subscribes_reads_what_alerts_will_need(
    fake: FakeDiscord, granted: int, missing: str, *, thread: bool
) -> None:
    where = {"channel": THREAD} if thread else {}
    async with listening(fake, Receptionist()):
        change = await fake.slash(
            "mute", {"what": "all"}, more={"app_permissions": str(granted), **where}
        )
        told = (await fake.answer_to(change)).text
        asked = await fake.slash("status", more={"app_permissions": "0", **where})
        assert "permission" not in (await fake.answer_to(asked)).text
    assert ("I need the permission" in told) is bool(missing)
    assert f"the permission {missing}." in told or not missing


THREAD = {
    "id": CHANNEL.id,
    "type": 11,
    "name": "rotation",
    "guild_id": GUILD_ID,
    "parent_id": "6000000000000000009",
    "owner_id": PERSON["id"],
    "message_count": 0,
    "member_count": 1,
    "thread_metadata": {
        "archived": False,
        "auto_archive_duration": 1440,
        "archive_timestamp": "2026-08-01T00:00:00+00:00",
        "locked": False,
    },
}


async def test_a_refused_change_says_nothing_of_permissions(fake: FakeDiscord) -> None:
    async with listening(fake, Receptionist(lambda _chat, _text: REFUSED)):
        change = await fake.slash("mute", {"what": "all"}, more={"app_permissions": "0"})
        assert (await fake.answer_to(change, kind="followup")).text == REFUSED.title


# --- Pictures in answers --------------------------------------------------------------------------

DRAWN = Message("Bitcoin dominance", ("54.9 %",), chart=CHART)


async def test_a_chart_comes_with_its_answer_and_its_words(fake: FakeDiscord) -> None:
    async with listening(fake, Receptionist(lambda _chat, _text: DRAWN, png=PNG)):
        reply = await fake.answer_to(await fake.slash("status"))
    assert reply.files == {"chart.png": PNG}
    assert reply.payload["attachments"][0]["description"] == CHART.alternative
    assert reply.payload["embeds"][0]["image"]["url"] == "attachment://chart.png"
    assert reply.text.endswith(f"54.9 %\n{CHART.alternative}")


@pytest.mark.parametrize("fault", [None, Fault(413, 40005), Fault(403, 50013)])
async def test_an_answer_whose_chart_cannot_be_shown_comes_without(
    fake: FakeDiscord, fault: Fault | None
) -> None:
    if fault is not None:
        fake.fail_path("/@original", fault)
    desk = Receptionist(lambda _chat, _text: DRAWN, png=PNG if fault else None)
    async with listening(fake, desk):
        reply = await fake.answer_to(await fake.slash("status"))
    assert reply.files == {}
    assert reply.text.startswith("Bitcoin dominance\n54.9 %")
    assert "image" not in reply.payload["embeds"][0]
