"""/settings, over a real store."""

from datetime import UTC, datetime, time

import pytest

from bot.commands import Command
from bot.language import LANGUAGES, _, speaking
from bot.messages.buttons import LONGEST_COMMAND_BYTES
from bot.model import DigestTime, Message, Preferences, QuietHours
from bot.stores.connect import Client
from bot.stores.preferences import RedisPreferences
from bot.wishes.settings import SETTINGS, URGENT
from tests.handlers.past import CHAT, PARTS, Desk

NOW = datetime(2026, 11, 25, 12, 3, tzinfo=UTC)


def in_every_language(text: str) -> set[str]:
    """The text as an answer may say it, whichever language has been chosen."""
    found = set()
    for code in LANGUAGES:
        with speaking(code):
            found.add(_(text))
    return found


@pytest.fixture
def desk(store_client: Client) -> Desk:
    return Desk(store_client, NOW)


@pytest.fixture
def preferences(store_client: Client) -> RedisPreferences:
    return RedisPreferences(store_client)


def commands(message: Message) -> list[str]:
    return [button.command for button in message.buttons]


async def test_all_is_shown_and_each_thing_has_a_button(desk: Desk) -> None:
    message = await desk.answer("/settings")
    assert message.lines == (
        "Time zone: UTC, where it is 12:03 now",
        "Quiet hours: none",
        "Urgent: nothing",
        "Digest: none",
        "Language: as your app says, or else English",
        "Muted: nothing",
    )
    assert commands(message) == [f"/settings {each.name}" for each in SETTINGS]
    for command in (
        "zone berlin",
        "quiet 22-7",
        "urgent own phase",
        "digest weekly fri 18:00",
        "language en",
    ):
        await desk.ask(f"/settings {command}")
    await desk.ask("/mute dominance 1d")
    assert (await desk.answer("/settings")).lines == (
        "Time zone: Europe/Berlin, where it is 13:03 now",
        "Quiet hours: 22:00-07:00",
        "Urgent: phase, own",
        "Digest: every Friday at 18:00",
        "Language: English",
        "Muted: 1; /mute shows them",
    )


async def test_what_is_set_is_kept(desk: Desk, preferences: RedisPreferences) -> None:
    for command in ("zone BERLIN", "quiet 10pm to 7am", "urgent all", "digest daily"):
        await desk.ask(f"/settings {command}")
    assert await preferences.of(CHAT) == Preferences(
        zone="Europe/Berlin",
        quiet=QuietHours(time(22), time(7)),
        urgent=URGENT,
        digest=DigestTime(time(8)),
    )
    for setting in SETTINGS:
        await desk.ask(f"/settings {setting.name} off")
    assert await preferences.of(CHAT) == Preferences()


@pytest.mark.parametrize("name", [each.name for each in SETTINGS])
async def test_every_button_does_what_it_says_and_undo_takes_it_back(
    desk: Desk, preferences: RedisPreferences, name: str
) -> None:
    before = Preferences(
        zone="Asia/Tokyo",
        quiet=QuietHours(time(1), time(5, 45)),
        urgent=("etf",),
        digest=DigestTime(time(23, 5), 6),
        language="en",
    )
    await preferences.change(CHAT, lambda _: before)
    undo = in_every_language("Undo")
    picker = await desk.answer(f"/settings {name}")
    assert all(button.replaces for button in picker.buttons)
    for choice in picker.buttons:
        assert len(choice.command.encode()) <= LONGEST_COMMAND_BYTES
        answer = await desk.answer(choice.command)
        assert answer.title != "That did not work"
        back = [button.command for button in answer.buttons if button.label in undo]
        changed = await preferences.of(CHAT) != before
        assert len(back) == changed
        for command in back:
            await desk.ask(command)
        assert await preferences.of(CHAT) == before


async def test_what_is_chosen_is_marked(desk: Desk) -> None:
    await desk.ask("/settings quiet 22:00-07:00")
    labels = [button.label for button in (await desk.answer("/settings quiet")).buttons]
    assert labels == ["Off", "✓ 22:00-07:00", "23:00-08:00", "All settings"]
    labels = [button.label for button in (await desk.answer("/settings urgent +phase")).buttons]
    assert [label for label in labels if label.startswith("✓")] == ["✓ phase"]


async def test_a_new_zone_says_what_that_means_for_the_hours(desk: Desk) -> None:
    await desk.ask("/settings quiet 22:00-07:00")
    await desk.ask("/settings digest daily 08:00")
    said = await desk.ask("/settings zone kolkata")
    assert said.splitlines() == [
        "Time zone: Asia/Kolkata, where it is 17:33 now",
        "Quiet hours stay 22:00-07:00 there, which today is 16:30-01:30 UTC.",
        "The digest comes every day at 08:00 there.",
    ]


async def test_quiet_hours_say_what_goes_through_them(desk: Desk) -> None:
    said = await desk.ask("/settings quiet 23-8")
    assert "Nothing is told in these hours; /settings urgent breakout" in said
    assert "/settings zone Berlin" in said
    await desk.ask("/settings zone berlin")
    await desk.ask("/settings urgent breakout own")
    said = await desk.ask("/settings quiet 22-7")
    assert "Told all the same: breakout, own." in said
    assert "/settings zone" not in said


async def test_urgent_topics_are_added_and_taken_away(
    desk: Desk, preferences: RedisPreferences
) -> None:
    await desk.ask("/settings urgent phase, breakout")
    await desk.ask("/settings urgent +own -phase")
    assert (await preferences.of(CHAT)).urgent == ("breakout", "own")
    assert "put + or - before each" in await desk.ask("/settings urgent phase -own")
    assert "There is no topic domminance. Did you mean dominance?" in await desk.ask(
        "/settings urgent domminance"
    )
    assert (await preferences.of(CHAT)).urgent == ("breakout", "own")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("zoo", "There is no setting zoo. Did you mean zone? /settings lists them."),
        ("zone berln", "Did you mean one of these: Europe/Berlin"),
        ("quiet night", "write them like 22:00-07:00, or off"),
        ("digest daily noon", "write daily 08:00, weekly monday 08:00, or off"),
        ("language klingon", "There is no language klingon."),
        ("quiet .", "What should it be? For example /settings quiet off."),
    ],
)
async def test_what_cannot_be_set_says_what_can(
    desk: Desk, preferences: RedisPreferences, typed: str, said: str
) -> None:
    assert said in await desk.ask(f"/settings {typed}")
    assert await preferences.of(CHAT) == Preferences()


async def test_the_answer_speaks_the_language_that_was_chosen(
    desk: Desk, preferences: RedisPreferences
) -> None:
    for code, name in LANGUAGES.items():
        message = await desk.answer(f"/settings language {name}")
        assert message.title.endswith(f": {name}")
        assert (await preferences.of(CHAT)).language == code
        said = await desk.ask("/settings language off")
        with speaking(code):
            app = _("as your app says, or else {language}").format(language="English")
        assert f": {app}" in said


async def suggested(desk: Desk, option: str, typed: str) -> list[str]:
    """What is suggested, the best first."""
    return [*await desk.suggest("settings", option, typed)]


async def test_values_are_suggested(desk: Desk) -> None:
    assert (await suggested(desk, "value", "berl")) == ["Europe/Berlin"]
    assert "America/New York" in await suggested(desk, "value", "new york")
    assert (await suggested(desk, "value", "22:"))[0] == "22:00-07:00"


def test_to_ask_is_everyones_and_to_set_is_not() -> None:
    by_name: dict[str, Command] = {command.name: command for command in PARTS.commands}
    assert not by_name["settings"].changes(())
    assert not by_name["settings"].changes(("quiet",))
    assert by_name["settings"].changes(("quiet", "off"))
    assert by_name["settings"].options[0].choices == tuple(each.name for each in SETTINGS)
