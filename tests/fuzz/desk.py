"""The program's own answers to what somebody types, over a real store."""

import asyncio
import html.parser
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from bot.adapters.console import AT_THE_KEYBOARD
from bot.adapters.discord.pages import parts
from bot.adapters.telegram.markup import MESSAGE_UNITS, units
from bot.adapters.telegram.parts import parts_of
from bot.model import Chat, Message
from bot.ports import Part, Photo
from bot.stores.connect import connect
from bot.stores.embedded import EmbeddedRedis
from tests.fuzz.target import Target
from tests.handlers.past import Desk
from tests.own.typed import TODAY

NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)
CHAT = Chat("telegram", "-1009", "4")
BROKEN = ("Something went wrong on my side", "I cannot reach my memory right now")
LONGEST_REPLY_UNITS = 4 * MESSAGE_UNITS
"""An answer to anything fits a few of a platform's messages."""
Say = Callable[[str], Message | None]


@contextmanager
def open_desk() -> Iterator[Say]:
    """A way to say things to the program and have them answered, on a store of its own."""
    with asyncio.Runner() as runner, tempfile.TemporaryDirectory(prefix="altseason-") as folder:
        server = EmbeddedRedis(Path(folder))
        runner.run(server.__aenter__())
        connected = connect(server.url)
        desk = Desk(runner.run(connected.__aenter__()), NOW, rules_per_chat=9)
        try:
            yield lambda text: runner.run(desk.router.answer(CHAT, text, AT_THE_KEYBOARD))
        finally:
            runner.run(connected.__aexit__(None, None, None))
            runner.run(server.__aexit__(None, None, None))


def typed(name: str, begin: str, say: Say, seeds: tuple[bytes, ...]) -> Target:
    """What follows some words of a command, as a target."""

    return Target(name, lambda data: judge(say(begin + as_text(data))), seeds)


def as_text(data: bytes) -> str:
    """Bytes as platforms hand texts over: in JSON, where half a surrogate pair can be written."""
    try:
        return data.decode(errors="surrogatepass")
    except UnicodeDecodeError:
        return data.decode(errors="replace")


def judge(reply: Message | None) -> None:
    """Nothing broke, and both platforms can show the answer as words, whatever it quotes."""
    if reply is None:
        return
    assert reply.title not in BROKEN
    said = [_members(part)["text"] for part in parts_of([reply])]
    assert sum(units(_words(text)) for text in said) <= LONGEST_REPLY_UNITS
    assert all(_members(part)["embeds"] for part in parts([reply]))


def _members(part: Part) -> dict[str, str]:
    body = part.body if isinstance(part, Photo) else part
    # Where a chat's seal goes stands a byte that no JSON holds.
    found: dict[str, str] = json.loads(body.replace(b"\x00", b""))
    return found


class _Strict(html.parser.HTMLParser):
    """Takes the tags that we write, each closed, and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ("b", "i"), f"<{tag}> was let through"
        assert not attrs
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def _words(markup: str) -> str:
    strict = _Strict()
    strict.feed(markup)
    strict.close()
    assert strict.open == []
    return "".join(strict.words)
