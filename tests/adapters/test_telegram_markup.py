"""Our messages in Telegram's HTML: which parts they make, and that nothing of them is lost."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.telegram.buttons import Seal
from bot.adapters.telegram.markup import render
from bot.adapters.telegram.parts import addressed, parts_of
from bot.messages.sound import sound
from bot.model import Button, Chart, Chat, Message
from bot.ports import Photo
from tests.adapters.fake_telegram import TOKEN, readable
from tests.adapters.telegram_wall import Wall

SEAL, HERE = Seal(TOKEN), Chat("telegram", "-1007", "42")


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        (Message("T"), ["<b>T</b>"]),
        (Message("T", ("a", "", "b")), ["<b>T</b>\na\n\nb"]),
        (Message("T", ("a & b",), "f"), ["<b>T</b>\na &amp; b\n<i>f</i>"]),
        (Message("two\nlines"), ["<b>two</b>\n<b>lines</b>"]),
        (Message("", ("x" * 4096, "y")), ["x" * 4096, "y"]),
        (Message("", ("x" * 4094, "y")), ["x" * 4094 + "\ny"]),
        (Message("", ("x" * 4095, "y")), ["x" * 4095, "y"]),
        (Message("", ("x" * 4090 + " word",)), ["x" * 4090 + " word"]),
        (Message("", ("x" * 4090 + " words and",)), ["x" * 4090 + " ", "words and"]),
        (
            Message("", ("x" * 4000 + " " + "y" * 4100,)),
            ["x" * 4000 + " ", "y" * 4096, "yyyy"],
        ),
        (Message("", ("🚀" * 2049,)), ["🚀" * 2048, "🚀"]),
        (Message("", ("x" * 4095 + "&y",)), ["x" * 4095 + "&amp;", "y"]),
        (Message("", ("&" * 4096, "<")), ["&amp;" * 4096, "&lt;"]),
        (Message("b" * 4096), [f"<b>{'b' * 4096}</b>"]),
        (Message("b" * 4097), [f"<b>{'b' * 4096}</b>", "<b>b</b>"]),
        (Message("", ("", "x", "")), ["x"]),
        (Message("", ("x" * 4096, "", "", "y")), ["x" * 4096, "y"]),
        (Message(" ", ("",)), []),
        (Message("T", ("a\u202eb\x00\u2066c\r", "\u05d0\u200f")), ["<b>T</b>\nabc\n\u05d0\u200f"]),
    ],
)
def test_golden_renderings(message: Message, parts: Sequence[str]) -> None:
    assert list(render([message])) == list(parts)


@pytest.mark.parametrize(
    ("messages", "parts"),
    [
        ([], []),
        ([Message("A"), Message("B")], ["<b>A</b>\n\n<b>B</b>"]),
        (
            [Message("A", ("a",), "f"), Message("B", ("b",), "g")],
            ["<b>A</b>\na\n<i>f</i>\n\n<b>B</b>\nb\n<i>g</i>"],
        ),
        (
            [Message(" "), Message("A"), Message("", ("", "")), Message("B")],
            ["<b>A</b>\n\n<b>B</b>"],
        ),
        ([Message("", ("x" * 4093,)), Message("B")], ["x" * 4093 + "\n\n<b>B</b>"]),
        ([Message("", ("x" * 4094,)), Message("B")], ["x" * 4094, "<b>B</b>"]),
        ([Message("", ("x" * 4096,)), Message("B")], ["x" * 4096, "<b>B</b>"]),
        (
            [Message("A", ("x" * 4000,)), Message("B", ("y" * 91, "z"), "g")],
            ["<b>A</b>\n" + "x" * 4000 + "\n\n<b>B</b>", "y" * 91 + "\nz\n<i>g</i>"],
        ),
    ],
)
def test_messages_for_one_chat_go_together(
    messages: Sequence[Message], parts: Sequence[str]
) -> None:
    assert list(render(messages)) == list(parts)


anything = st.text(st.characters() | st.sampled_from("<>&\n 🚀;"))
short = st.text(max_size=40)
buttons = st.builds(Button, short, short | anything, st.booleans())
charts = st.builds(
    lambda words: Chart("x", date(2025, 1, 1), date(2025, 2, 1), words),
    anything | st.just("w" * 2000),
)
long_words = st.builds(
    lambda text, times: text * times, anything, st.integers(min_value=1, max_value=3000)
).filter(lambda text: len(text) < 20_000)
written = st.builds(Message, anything, st.lists(anything | long_words, max_size=6), anything)


@given(st.lists(written, max_size=4))
def test_every_part_fits_and_is_valid_and_nothing_is_lost(messages: list[Message]) -> None:
    # What keeps a name from calling somebody is seen by nobody.
    read = [readable(part).replace("\u2060", "") for part in render(messages)]
    texts = [text for m in messages for text in (m.title, *m.lines, m.footer)]
    expected = sound("".join(texts)).replace("\u2060", "")
    assert "".join("".join(read).split()) == "".join(expected.split())


pressed = st.builds(
    Message,
    anything,
    st.lists(anything | st.just("y" * 1000), max_size=3).map(tuple),
    buttons=st.lists(buttons, max_size=8).map(tuple),
    chart=charts | st.none(),
)


@settings(max_examples=50)
@given(st.lists(pressed, min_size=1, max_size=4))
def test_whatever_is_written_on_it_telegram_takes_every_part(messages: list[Message]) -> None:
    wall = Wall()
    pictures = {message.chart: b"\x89PNG" for message in messages if message.chart is not None}
    parts = parts_of([replace(m, title=f".{m.title}") for m in messages], pictures)
    for number, part in enumerate(parts):
        body = part.body if isinstance(part, Photo) else part
        members = json.loads(SEAL.sealed(addressed(HERE, body), HERE))
        form = {
            k: each if isinstance(each, str) else json.dumps(each) for k, each in members.items()
        }
        if isinstance(part, Photo):
            wall.hang(number, form | {"photo": "<file>"}, part.png)
        else:
            wall.hang(number, form, None)
    assert len(wall.messages) == len(parts)
