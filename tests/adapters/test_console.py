import asyncio
import os
import pty
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters import console
from bot.adapters.console import AT_THE_KEYBOARD, CONSOLE_CHAT, ConsoleAdapter
from bot.model import Button, Chat, Message, Tone
from bot.ports import Author, ChatGone, Rejected, RetryLater
from tests.adapters.reception import Deaf

SHORT = st.text(max_size=20)
ROOT = Path(__file__).parents[2]

DRIVER = """
import asyncio, sys
from bot.adapters.console import CONSOLE_CHAT, PLATFORM
from bot.model import Message, Tone
from bot.ports import DeliveryError
from bot.settings import Settings

class Desk:
    async def answer(self, chat, text, author):
        return Message("You said", (text,))

async def main():
    adapter = PLATFORM.build(Settings(_env_file=None), ())
    listening = asyncio.create_task(adapter.listen(Desk()))
    try:
        async with asyncio.timeout(float(sys.argv[1])):
            await adapter.ended.wait()
        print("input ended", file=sys.stderr)
    except TimeoutError:
        print("still listening", file=sys.stderr)
    try:
        for part in adapter.render([Message("Alert", tone=Tone.GOOD)]):
            await adapter.post(CONSOLE_CHAT, part, "k")
    except DeliveryError as error:
        print(type(error).__name__, error, file=sys.stderr)
    listening.cancel()
    await asyncio.wait([listening])
    await adapter.close()

asyncio.run(main())
"""


@dataclass
class Ends:
    """The far ends of a console: what a person would type on and read from."""

    keyboard: int
    screen: int

    def type(self, text: str) -> None:
        os.write(self.keyboard, text.encode())

    async def read_until(self, expected: str) -> str:
        read = b""
        async with asyncio.timeout(5):
            while expected.encode() not in read:
                read += await asyncio.to_thread(os.read, self.screen, 65536)
        return read.decode()


@pytest.fixture
def pipes() -> Iterator[tuple[int, int, Ends]]:
    """The console's two descriptors, and their far ends."""
    with ExitStack() as stack:
        input_fd, keyboard = os.pipe()
        screen, output_fd = os.pipe()
        for fd in (input_fd, keyboard, screen, output_fd):
            stack.callback(_close, fd)
        yield input_fd, output_fd, Ends(keyboard, screen)


Reply = Callable[[Chat, str], Awaitable[Message | None]]


@dataclass
class Desk(Deaf):
    """Takes what the console says; the reply to a command is the test's own."""

    reply: Reply

    async def answer(self, chat: Chat, text: str, author: Author) -> Message | None:
        assert author == AT_THE_KEYBOARD
        return await self.reply(chat, text)

    async def turn(self, chat: Chat) -> None:
        raise AssertionError("The console sets no pace.")

    async def invited(self, chats: Sequence[Chat]) -> None:
        raise AssertionError("Nobody invites to a console.")

    async def moved(self, old: Chat, new: Chat) -> None:
        raise AssertionError("A console stays where it is.")


async def deliver(adapter: ConsoleAdapter, *messages: Message) -> None:
    for part in adapter.render(messages):
        assert await adapter.post(CONSOLE_CHAT, part, "k") == 0.0


@asynccontextmanager
async def listening(
    pipes: tuple[int, int, Ends], reply: Reply
) -> AsyncIterator[tuple[ConsoleAdapter, Ends]]:
    input_fd, output_fd, ends = pipes
    adapter = ConsoleAdapter(input_fd, output_fd, colour=False)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(adapter.listen(Desk(reply)))
        try:
            yield adapter, ends
        finally:
            task.cancel()
    await adapter.close()


async def echo(chat: Chat, text: str) -> Message | None:
    assert chat == CONSOLE_CHAT
    return None if text == "/" else Message("You said", (text,))


async def test_commands_are_answered_with_or_without_a_slash(
    pipes: tuple[int, int, Ends],
) -> None:
    async with listening(pipes, echo) as (_, ends):
        ends.type("/subscribe dominance\n\n   \nsubscribe\tdominance\r\n  /help  \n")
        written = await ends.read_until("/help\n\n")
    assert written == (
        "You said\n/subscribe dominance\n\nYou said\n/subscribe dominance\n\nYou said\n/help\n\n"
    )


async def test_a_line_that_is_no_command_gets_a_hint(pipes: tuple[int, int, Ends]) -> None:
    async with listening(pipes, echo) as (_, ends):
        ends.type("/\n")
        assert "help" in await ends.read_until("\n\n")


async def test_the_last_line_needs_no_line_break_and_the_end_is_announced(
    pipes: tuple[int, int, Ends],
) -> None:
    async with listening(pipes, echo) as (adapter, ends):
        ends.type("status")
        os.close(ends.keyboard)
        await asyncio.wait_for(adapter.ended.wait(), 5)
        assert await ends.read_until("\n\n") == "You said\n/status\n\n"
        await deliver(adapter, Message("Alert"))
        assert await ends.read_until("\n\n") == "Alert\n\n"


async def test_a_slow_command_does_not_hold_up_alerts(pipes: tuple[int, int, Ends]) -> None:
    asked = asyncio.Event()

    async def slow(chat: Chat, text: str) -> Message | None:
        asked.set()
        await asyncio.sleep(3600)
        return None

    async with listening(pipes, slow) as (adapter, ends):
        ends.type("status\n")
        await asyncio.wait_for(asked.wait(), 5)
        await deliver(adapter, Message("Alert"))
        assert await ends.read_until("\n\n") == "Alert\n\n"


async def test_an_endless_line_is_cut_off(pipes: tuple[int, int, Ends]) -> None:
    heard: list[str] = []

    async def note(chat: Chat, text: str) -> Message | None:
        heard.append(text)
        return Message("Noted", (str(len(heard)),))

    async with listening(pipes, note) as (_, ends):
        for _ in range(8):
            await asyncio.to_thread(ends.type, "x" * 60_000)
        ends.type("\nhelp\n")
        await ends.read_until("Noted\n2\n\n")
    assert heard == ["/" + "x" * console.LINE_BYTES, "/help"]


async def test_bytes_that_are_no_text_are_survived(pipes: tuple[int, int, Ends]) -> None:
    async with listening(pipes, echo) as (_, ends):
        os.write(ends.keyboard, b"\xff\xfe\x00\x1b[31mhelp\n")
        assert await ends.read_until("\n\n") == "You said\n/\ufffd\ufffd[31mhelp\n\n"


async def test_control_characters_from_outside_do_not_reach_the_terminal(
    pipes: tuple[int, int, Ends],
) -> None:
    _, output_fd, ends = pipes
    adapter = ConsoleAdapter(None, output_fd, colour=False)
    hostile = Message("\x1b]0;owned\x07 \x9b2J", ("a\rb\x08", "\ud800"), "\x00end")
    await deliver(adapter, hostile)
    assert await ends.read_until("\n\n") == "]0;owned 2J\nab\n\nend\n\n"


async def test_no_text_is_shown_in_another_order_and_joined_letters_stay_joined(
    pipes: tuple[int, int, Ends],
) -> None:
    _, output_fd, ends = pipes
    adapter = ConsoleAdapter(None, output_fd, colour=False)
    joined = "می\u200cخواهم 👩\u200d🚀"
    await deliver(adapter, Message("a\u202eb\u2066c\ufeff\u200bd", (joined,)))
    assert await ends.read_until("\n\n") == f"abcd\n{joined}\n\n"


@pytest.mark.parametrize(
    ("tone", "marked"),
    [
        (Tone.GOOD, "\x1b[1;32mTitle\x1b[0m\nline\n\n"),
        (Tone.BAD, "\x1b[1;31mTitle\x1b[0m\nline\n\n"),
        (Tone.NEUTRAL, "\x1b[1mTitle\x1b[0m\nline\n\n"),
    ],
)
async def test_a_terminal_shows_titles_in_the_colour_of_their_tone(
    pipes: tuple[int, int, Ends], tone: Tone, marked: str
) -> None:
    _, output_fd, ends = pipes
    adapter = ConsoleAdapter(None, output_fd, colour=True)
    await deliver(adapter, Message("Title", ("line",), tone=tone))
    assert await ends.read_until("\n\n") == marked


async def test_a_terminal_that_cannot_show_a_character_gets_a_question_mark(
    pipes: tuple[int, int, Ends],
) -> None:
    _, output_fd, ends = pipes
    adapter = ConsoleAdapter(None, output_fd, colour=False, encoding="ascii")
    await deliver(adapter, Message("≥ 75"))
    assert await ends.read_until("\n\n") == "? 75\n\n"


async def test_what_is_heard_together_is_written_together(pipes: tuple[int, int, Ends]) -> None:
    _, output_fd, ends = pipes
    adapter = ConsoleAdapter(None, output_fd, colour=False)
    await adapter.check()
    await deliver(adapter, Message("One", ("line",)), Message("Two"))
    assert await ends.read_until("Two\n\n") == "One\nline\n\nTwo\n\n"
    with pytest.raises(Rejected):
        adapter.render([])


async def test_a_button_is_shown_as_words_to_type(pipes: tuple[int, int, Ends]) -> None:
    _, output_fd, ends = pipes
    adapter = ConsoleAdapter(None, output_fd, colour=False)
    why = Button("Why", "/why dominance_55:2026-11-25:fired")
    chart = Button("Ch\x1b[2Jart", "/chart btc_dominance")
    await deliver(adapter, Message("Alert", ("line",), "footer", buttons=(why, chart)))
    assert await ends.read_until("\n\n") == (
        "Alert\nline\nfooter\n"
        "[Why: why dominance_55:2026-11-25:fired] [Ch[2Jart: chart btc_dominance]\n\n"
    )


async def test_messages_written_at_once_stay_whole(pipes: tuple[int, int, Ends]) -> None:
    _, output_fd, ends = pipes
    adapter = ConsoleAdapter(None, output_fd, colour=False)
    async with asyncio.TaskGroup() as group:
        for letter in "abc":
            message = Message("Long", (letter * 100_000,))
            group.create_task(deliver(adapter, message))
        group.create_task(deliver(adapter, Message("The end")))
        written = await ends.read_until("The end\n\n")
    assert re.fullmatch(r"(Long\n(a+|b+|c+)\n\n){3}The end\n\n", written)
    assert len(written) == 3 * (100_000 + len("Long\n\n\n")) + len("The end\n\n")


async def test_a_reader_that_pauses_delays_the_message_and_nothing_else(
    pipes: tuple[int, int, Ends], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "WRITE_SECONDS", 0.2)
    _, output_fd, _ = pipes
    adapter = ConsoleAdapter(None, output_fd, colour=False)
    with pytest.raises(RetryLater, match="nobody reads"):
        await deliver(adapter, Message("Long", ("x" * 1_000_000,)))


async def test_a_broken_pipe_means_the_chat_is_gone(
    pipes: tuple[int, int, Ends], caplog: pytest.LogCaptureFixture
) -> None:
    async with listening(pipes, echo) as (adapter, ends):
        os.close(ends.screen)
        with pytest.raises(ChatGone, match="standard output is closed"):
            await deliver(adapter, Message("Alert"))
        ends.type("status\n")
        os.close(ends.keyboard)
        await asyncio.wait_for(adapter.ended.wait(), 5)
    (record,) = caplog.records
    assert "standard output is closed" in record.getMessage()
    assert record.exc_info is None


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux's disk that is always full.")
async def test_a_full_disk_is_retried_later() -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    adapter = ConsoleAdapter(None, full, colour=False)
    with pytest.raises(RetryLater, match="No space left"):
        await deliver(adapter, Message("Alert"))
    os.close(full)


@given(SHORT, st.lists(SHORT, max_size=3), SHORT)
def test_nothing_printed_can_move_the_cursor(title: str, lines: list[str], footer: str) -> None:
    adapter = ConsoleAdapter(None, None, colour=False)
    (part,) = adapter.render([Message(title, tuple(lines), footer)])
    assert isinstance(part, bytes)
    marked = part.decode()
    assert not re.search(
        r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]", marked
    )
    assert marked.endswith("\n\n")


@pytest.fixture
def stopped_terminal() -> Iterator[int]:
    """A terminal from which nobody reads, as after Ctrl-S."""
    master, slave = pty.openpty()
    try:
        yield slave
    finally:
        os.close(slave)
        os.close(master)


@pytest.mark.timeout(10)
async def test_a_stopped_terminal_holds_up_neither_the_bot_nor_its_end(
    stopped_terminal: int,
) -> None:
    adapter = ConsoleAdapter(None, stopped_terminal, colour=False)
    begun = time.monotonic()
    sending = asyncio.create_task(deliver(adapter, Message("Long", ("a line",) * 20_000)))
    # Long enough to fill what a terminal takes without a reader.
    await asyncio.wait([sending], timeout=0.3)
    sending.cancel()
    await asyncio.wait([sending], timeout=5)
    assert sending.cancelled()
    assert time.monotonic() - begun < 2
    assert os.get_blocking(stopped_terminal), "It is the shell's terminal, too."


async def test_a_paused_pipe_does_not_hold_up_the_end(pipes: tuple[int, int, Ends]) -> None:
    _, output_fd, _ = pipes
    adapter = ConsoleAdapter(None, output_fd, colour=False)
    sending = asyncio.create_task(deliver(adapter, Message("Long", ("a line",) * 20_000)))
    await asyncio.wait([sending], timeout=0.1)
    begun = time.monotonic()
    sending.cancel()
    await asyncio.wait([sending], timeout=5)
    assert sending.cancelled()
    assert time.monotonic() - begun < 1


# --- The streams of a real process ----------------------------------------------------------------

ENDED = "You said\n/help\n\nYou said\n/status\n\nAlert\n\n"


def drive(
    stdin: int | IO[bytes], stdout: int | IO[bytes] = subprocess.PIPE, seconds: float = 20
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", DRIVER, str(seconds)],
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        text=True,
        timeout=30,
        check=True,
    )


def test_commands_from_a_file(tmp_path: Path) -> None:
    commands = tmp_path / "commands"
    commands.write_text("help\n/status\n")
    with commands.open("rb") as stdin:
        done = drive(stdin)
    assert (done.stdout, done.stderr) == (ENDED, "input ended\n")


def test_commands_from_a_pipe_into_a_file(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.write(writer, b"help\n/status\n")
    os.close(writer)
    written = tmp_path / "written"
    with written.open("wb") as stdout:
        done = drive(reader, stdout)
    os.close(reader)
    assert (written.read_text(), done.stderr) == (ENDED, "input ended\n")


def test_no_input_at_all() -> None:
    done = drive(subprocess.DEVNULL)
    assert (done.stdout, done.stderr) == ("Alert\n\n", "input ended\n")


@pytest.mark.parametrize("closed", ["<&-", "0>/dev/null"])
def test_input_that_is_closed_or_cannot_be_read(closed: str) -> None:
    done = _shell(f'"$0" -c "$1" 20 {closed}')
    assert (done.stdout, done.stderr) == ("Alert\n\n", "input ended\n")


def test_output_that_is_closed() -> None:
    done = _shell('"$0" -c "$1" 20 </dev/null >&-')
    assert done.stderr == "input ended\nChatGone standard output is closed\n"


def test_output_that_breaks_leaves_no_traceback() -> None:
    done = _shell('"$0" -c "$1" 20 </dev/null | true; exit "${PIPESTATUS[0]}"')
    assert done.stderr in (
        "input ended\nChatGone standard output is closed\n",
        "input ended\n",
    )


def test_a_terminal_that_stays_silent_does_not_hold_up_the_end() -> None:
    master, slave = pty.openpty()
    try:
        begun = time.monotonic()
        done = drive(slave, seconds=0.2)
        assert time.monotonic() - begun < 10
    finally:
        os.close(slave)
        os.close(master)
    assert (done.stdout, done.stderr) == ("Alert\n\n", "still listening\n")


def test_a_person_at_a_terminal() -> None:
    master, slave = pty.openpty()
    try:
        os.write(master, b"help\n/status\n\x04")
        done = drive(slave, slave)
        shown = os.read(master, 65536).decode()
    finally:
        os.close(slave)
        os.close(master)
    assert done.stderr == "input ended\n"
    assert "\x1b[1mYou said\x1b[0m\r\n/status\r\n\r\n" in shown
    assert "\x1b[1;32mAlert\x1b[0m\r\n\r\n" in shown


def test_a_background_job_is_not_stopped_by_what_others_type() -> None:
    """The terminal belongs to the shell; reading from it in the background stops a process."""
    in_a_terminal = "import pty, sys; pty.spawn(sys.argv[1:])"
    shell = ["/bin/bash", "-c", 'set -m; "$0" -c "$1" 1.5 & wait $!; echo "left with $?"']
    done = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", in_a_terminal, *shell, sys.executable, DRIVER],
        input="help\n",
        capture_output=True,
        cwd=ROOT,
        text=True,
        timeout=30,
        check=True,
    )
    assert "left with 0" in done.stdout
    assert "You said" not in done.stdout


def _shell(script: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 - our own interpreter and code
        ["/bin/bash", "-c", script, sys.executable, DRIVER],
        capture_output=True,
        cwd=ROOT,
        text=True,
        timeout=30,
        check=True,
    )


def _close(fd: int) -> None:
    try:
        os.close(fd)
    except OSError:
        return  # The test closed this end itself.
