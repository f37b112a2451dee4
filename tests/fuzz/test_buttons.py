"""What a press carries: data of no button of the chat says nothing, whoever forged it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.discord import buttons as discord_buttons
from bot.adapters.telegram import buttons as telegram_buttons
from bot.model import Chat
from tests.fuzz.desk import as_text
from tests.fuzz.target import Target, bent

HERE, THERE = Chat("telegram", "-1009", "4"), Chat("telegram", "-1009")
TELEGRAM, DISCORD = telegram_buttons.Seal("123:abc"), discord_buttons.Seal("abc")
STRANGER = telegram_buttons.Seal("124:abc")
SEALED = TELEGRAM.of(HERE) + b"+/status"
TAGGED = DISCORD.tag(HERE).encode() + b"=/mute dominance_55 1h"
COMMANDS = st.text(min_size=1, max_size=48)


def telegram(data: bytes) -> None:
    """Whatever opens bears the chat's own seal, and says what stands behind it."""
    text = as_text(data)
    order = TELEGRAM.opened(text, HERE)
    if order is not None:
        assert text.startswith(TELEGRAM.of(HERE).decode())
        assert text.endswith(order.command)


def discord(data: bytes) -> None:
    """The same on Discord, whose ids are read before their tag is looked at."""
    text = as_text(data)
    press = discord_buttons.press(text)
    if press is None or not text.isascii():
        return
    assert press.command.startswith("/")
    assert DISCORD.fits(press, HERE) is (press.tag == DISCORD.tag(HERE))


TARGETS = [
    Target("button-telegram", telegram, (SEALED, TELEGRAM.of(THERE) + b"=/stop yes")),
    Target("button-discord", discord, (TAGGED, b"AAAAAAAA+/status")),
]


@pytest.mark.parametrize("target", TARGETS, ids=lambda each: each.name)
def test_any_data_is_an_order_of_this_chat_or_none(target: Target) -> None:
    @given(bent(target.seeds))
    def feed(data: bytes) -> None:
        target.feed(data)

    feed()


@given(COMMANDS, st.sampled_from("+="))
def test_a_seal_of_another_chat_or_bot_opens_nothing(command: str, mode: str) -> None:
    for seal in (TELEGRAM.of(THERE), STRANGER.of(HERE), b"AAAAAAAA"):
        assert TELEGRAM.opened(seal.decode() + mode + command, HERE) is None
    assert TELEGRAM.opened(TELEGRAM.of(HERE).decode() + mode + command, HERE) is not None


@given(COMMANDS)
def test_on_discord_a_tag_fits_its_own_chat_alone(command: str) -> None:
    for chat, fits in ((HERE, True), (THERE, False), (Chat("discord", "-1008"), False)):
        press = discord_buttons.press(f"{DISCORD.tag(chat)}+/{command}")
        assert press is not None
        assert DISCORD.fits(press, HERE) is fits
