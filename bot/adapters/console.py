"""The console: a chat in the terminal, for trying the bot without any account.

Commands come from standard input, line by line; replies and alerts go to standard output as plain
text. Both are used as bare file descriptors, and only when the system says they are ready, so that
neither an idle terminal nor a paused pager holds up the bot or its end.
"""

import asyncio
import errno
import logging
import math
import os
import select
import sys
import unicodedata
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TextIO

from bot.adapters import Platform
from bot.messages import plain
from bot.model import Button, Chart, Chat, Message, Tone
from bot.ports import (
    NO_PICTURES,
    SILENCE,
    Author,
    ChatGone,
    CommandCard,
    DeliveryError,
    Departure,
    Limits,
    MessageGone,
    Part,
    Photo,
    Reception,
    Rejected,
    RetryLater,
    always,
)
from bot.settings import Settings

log = logging.getLogger(__name__)

CONSOLE_CHAT = Chat("console", "console")
"""The only chat on this platform."""
AT_THE_KEYBOARD = Author("", always)
"""Whoever types here runs the bot, or pipes a script into it."""

CHUNK_BYTES = 65_536
LINE_BYTES = 4096
"""The longest command heard; the rest of its line is cut off."""
SAFE_WRITE_BYTES = select.PIPE_BUF
"""A pipe that is ready takes this much without waiting for its reader."""
FULL_SECONDS = 0.05
WRITE_SECONDS = 30.0
RETRY_SECONDS = 10.0
BACKGROUND_SECONDS = 1.0
"""Between two looks whether a background job has come to the foreground."""

CLOSED = (errno.EPIPE, errno.EBADF, errno.EIO)
"""What writing says when nobody is, or ever will be, at the other end."""
COLOURS = {Tone.GOOD: "\x1b[1;32m", Tone.BAD: "\x1b[1;31m", Tone.NEUTRAL: "\x1b[1m"}
PLAIN = "\x1b[0m"
KEPT = "\n\u200c\u200d"
DROPPED = ("Cc", "Cf", "Cs")
"""Unicode's categories of control, format and surrogate characters."""

NO_COMMAND = Message("That is not a command", ("Type help to see what I can tell you.",))


class ConsoleAdapter:
    """The terminal, or whatever stands in for it at either end."""

    name = "console"
    limits = Limits(sends_per_second=1000.0, at_once=4, messages_per_minute=math.inf)
    """A terminal sets none; these keep a flood of alerts from starving the rest of us."""

    def __init__(
        self, input_fd: int | None, output_fd: int | None, *, colour: bool, encoding: str = "utf-8"
    ) -> None:
        """Take the two ends; None where there is none. `colour` marks titles for a terminal."""
        self._input = input_fd
        self._output = output_fd
        self._colour = colour
        self._encoding = encoding
        self._writing = asyncio.Lock()
        self.ended = asyncio.Event()
        """Set once standard input is over and all its commands are answered."""

    async def listen(self, reception: Reception) -> None:
        """Answer what is typed, then wait until cancelled: the end of input ends nothing else."""
        if self._input is not None:
            async for line in _lines(self._input):
                text = _printable(line).strip()
                if text:
                    await self._reply(text if text.startswith("/") else f"/{text}", reception)
        self.ended.set()
        await asyncio.Event().wait()

    def render(
        self, messages: Sequence[Message], pictures: Mapping[Chart, bytes] = NO_PICTURES
    ) -> Sequence[Part]:
        """Each message as a block that ends with an empty line, all of them in one part."""
        if not messages:
            raise Rejected("there is nothing to send")
        blocks = "".join(self._marked(message) for message in messages)
        return [blocks.encode(self._encoding, errors="replace")]

    async def edit(self, chat: Chat, message: str, part: Part) -> None:
        """Refuse: what is written to a terminal stays as it is."""
        raise MessageGone("a terminal keeps what was written")

    async def post(self, chat: Chat, part: Part, key: str) -> float:
        """Write one part whole; raises a DeliveryError."""
        if isinstance(part, Photo):
            raise Rejected("a terminal shows no pictures")
        if self._output is None:
            raise ChatGone("standard output is closed", Departure.CLOSED)
        try:
            async with asyncio.timeout(WRITE_SECONDS), self._writing:
                await _write(self._output, part)
        except TimeoutError:
            raise RetryLater(RETRY_SECONDS, "nobody reads standard output") from None
        except OSError as error:
            if error.errno in CLOSED:
                raise ChatGone("standard output is closed", Departure.CLOSED) from None
            raise RetryLater(RETRY_SECONDS, f"standard output fails: {error.strerror}") from None
        return 0.0

    async def check(self) -> None:
        """Nothing to ask: whether anybody reads shows when writing."""

    async def close(self) -> None:
        """Nothing to let go of: both ends belong to the process."""

    async def _reply(self, command: str, reception: Reception) -> None:
        reply = await reception.answer(CONSOLE_CHAT, command, AT_THE_KEYBOARD)
        if reply == SILENCE:
            return
        try:
            for part in self.render([reply or NO_COMMAND]):
                await self.post(CONSOLE_CHAT, part, "")
        except DeliveryError as error:
            log.warning("A reply was not written: %s", error)

    def _marked(self, message: Message) -> str:
        text = _printable("\n".join((plain(message), *_words_to_type(message.buttons))))
        if self._colour:
            title, newline, rest = text.partition("\n")
            text = f"{COLOURS[message.tone]}{title}{PLAIN}{newline}{rest}"
        return f"{text}\n\n"


def _words_to_type(buttons: Sequence[Button]) -> tuple[str, ...]:
    """A line that says of each button what can be typed instead of pressing it."""
    said = [f"[{each.label}: {each.command.removeprefix('/')}]" for each in buttons]
    return (" ".join(said),) if said else ()


def _printable(text: str) -> str:
    """The text without what could take over a terminal or show the text in another order.

    Those are control characters and, of the invisible ones, all but the two that join letters and
    parts of emoji.
    """
    spaced = text.replace("\t", " ")
    return "".join(c for c in spaced if c in KEPT or unicodedata.category(c) not in DROPPED)


async def _lines(fd: int) -> AsyncIterator[str]:
    """Lines as they come in, until the end of input; the last may lack its line break."""
    pending = b""
    while chunk := await _read(fd):
        *lines, pending = (pending + chunk).split(b"\n")
        pending = pending[:LINE_BYTES]
        for line in lines:
            yield line[:LINE_BYTES].decode(errors="replace")
    if pending:
        yield pending.decode(errors="replace")


async def _read(fd: int) -> bytes:
    """What has come in, as soon as there is something; b"" at the end of input."""
    loop = asyncio.get_running_loop()
    while True:
        ready = asyncio.Event()
        try:
            loop.add_reader(fd, ready.set)
        except (PermissionError, NotImplementedError):
            # A file or /dev/null: it cannot be waited for, as reading it never waits.
            return await asyncio.to_thread(_read_now, fd)
        except OSError:
            return b""
        try:
            await ready.wait()
        finally:
            loop.remove_reader(fd)
        if _in_background(fd):
            await asyncio.sleep(BACKGROUND_SECONDS)
            continue
        try:
            return os.read(fd, CHUNK_BYTES)
        except BlockingIOError:
            continue
        except OSError:
            return b""


def _in_background(fd: int) -> bool:
    """Whether the terminal's shell gave its input to somebody else: reading would stop us."""
    try:
        return os.isatty(fd) and os.tcgetpgrp(fd) != os.getpgrp()
    except OSError:
        # A terminal that is not the one that controls us asks for no such manners.
        return False


def _read_now(fd: int) -> bytes:
    try:
        return os.read(fd, CHUNK_BYTES)
    except OSError:
        # Open for writing only, as nohup leaves it.
        return b""


async def _write(fd: int, block: bytes) -> None:
    with _own_way(fd) as way:
        while block:
            await _room(way)
            try:
                block = block[os.write(way, block[:SAFE_WRITE_BYTES]) :]
            except BlockingIOError:
                # Some room, but too little: a terminal needs two places for a line break.
                await asyncio.sleep(FULL_SECONDS)


@contextmanager
def _own_way(fd: int) -> Iterator[int]:
    """A way to a terminal on which nothing waits, even if it is stopped by Ctrl-S; else the same.

    What `fd` stands for is shared with our shell, so making that one not wait would do harm there.
    """
    try:
        way = os.open(os.ttyname(fd), os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:
        yield fd
        return
    try:
        yield way
    finally:
        os.close(way)


async def _room(fd: int) -> None:
    """Return when there may be room to write; a file always takes what it is given."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    try:
        loop.add_writer(fd, ready.set)
    except (PermissionError, NotImplementedError):
        return
    try:
        await ready.wait()
    finally:
        loop.remove_writer(fd)


def _descriptor(stream: TextIO | None) -> int | None:
    """A standard stream's descriptor, or None when it was closed before we started."""
    try:
        return stream.fileno() if stream else None
    except (OSError, ValueError):
        return None


def build(settings: Settings, cards: Sequence[CommandCard]) -> ConsoleAdapter:
    """The console on this process's standard input and output."""
    output = _descriptor(sys.stdout)
    return ConsoleAdapter(
        _descriptor(sys.stdin),
        output,
        colour=output is not None and os.isatty(output),
        encoding=sys.stdout.encoding if output is not None else "utf-8",
    )


PLATFORM = Platform("console", build)
