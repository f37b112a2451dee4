"""Somebody who talks with the bot: types, presses, and reads what comes.

Every wait is for words, so that a talk with the right answers is the fastest there can be.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from tests.adapters.fake_discord import FakeDiscord, Posted, Reply
from tests.adapters.fake_telegram import FakeTelegram, Sent
from tests.adapters.telegram_wall import Hung
from tests.transcripts.markup import json_keyboard, of_discord, of_telegram
from tests.transcripts.talk import Said, pressed, typed

PATIENCE_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Read:
    """A message as a person has it before them."""

    text: str
    buttons: Mapping[str, str]
    """What each carries, by its label."""
    picture: bytes | None
    alternative: str
    """What the picture shows, in words."""
    said: Said
    place: int | str = ""
    """Where it hangs, for the platform to know which one is meant."""
    alone: bool = False
    """Nobody else sees it."""


class Person(Protocol):
    """Somebody on one of the platforms."""

    talk: list[Said]
    """All they said, pressed and read, in order; without what gave its place to an answer."""

    async def say(self, text: str, answer: str) -> Read:
        """Type a command; returns the answer once it holds those words."""

    async def press(self, label: str, on: Read, answer: str) -> Read:
        """Press a button; returns the answer, which may be the same message with other words."""

    async def hear(self, words: str) -> Read:
        """The message with those words that comes, or came, without being asked for."""


@dataclass(slots=True)
class OnTelegram:
    """A person in a private chat."""

    telegram: FakeTelegram
    chat: int
    talk: list[Said] = field(default_factory=list)

    async def say(self, text: str, answer: str) -> Read:
        before = self._hanging()
        self.talk.append(typed(text))
        await self.telegram.say(self.chat, text, by=self.chat)
        return await self._read(answer, before)

    async def press(self, label: str, on: Read, answer: str) -> Read:
        before = self._hanging()
        self.talk.append(pressed(label))
        await self.telegram.press(self._sent(on), label, by=self.chat)
        read = await self._read(answer, before)
        if read.place == on.place:
            self.talk.remove(on.said)
        return read

    async def hear(self, words: str) -> Read:
        return await self._read(words, {})

    def _sent(self, read: Read) -> Sent:
        return next(each for each in self.telegram.sent if each.number == read.place)

    def _hanging(self) -> dict[int, tuple[str, str]]:
        mine = (each for (chat, _), each in self._wall.items() if chat == str(self.chat))
        return {each.number: (each.text, each.photo) for each in mine}

    @property
    def _wall(self) -> Mapping[tuple[str, int], Hung]:
        return self.telegram.wall.messages

    async def _read(self, words: str, before: Mapping[int, tuple[str, str]]) -> Read:
        def found() -> list[Hung]:
            return [
                self._wall[str(self.chat), number]
                for number, shown in self._hanging().items()
                if before.get(number) != shown and words in self._wall[str(self.chat), number].plain
            ]

        await _until(self.telegram.wait_until, found, words, lambda: self._hanging().values())
        hung = found()[0]
        picture = self.telegram.wall.files[hung.photo] if hung.photo else None
        said = of_telegram(hung.text, json_keyboard(hung.keyboard), picture)
        self.talk.append(said)
        # Telegram knows no words for a picture but those below it.
        below = hung.plain if picture else ""
        return Read(hung.plain, hung.buttons, picture, below, said, hung.number)


@dataclass(slots=True)
class OnDiscord:
    """A person who may manage a server, in one of its channels."""

    discord: FakeDiscord
    channel: str
    talk: list[Said] = field(default_factory=list)

    async def say(self, text: str, answer: str) -> Read:
        name, *words = text.removeprefix("/").split(" ", 1)
        options = self._options(name, words[0] if words else "")
        given = "".join(f" {key}:{value}" for key, value in options.items())
        self.talk.append(typed(f"/{name}{given}"))
        interaction = await self.discord.slash(name, options, self.channel)
        return await self._answer(interaction, answer)

    async def press(self, label: str, on: Read, answer: str) -> Read:
        self.talk.append(pressed(label))
        interaction = await self.discord.press(on.buttons[label], self.channel, ephemeral=on.alone)
        return await self._answer(interaction, answer, on)

    async def hear(self, words: str) -> Read:
        def found() -> list[Posted]:
            return [
                each
                for each in self.discord.messages
                if each.channel == self.channel and words in _shown(each)
            ]

        def shown() -> list[str]:
            return [_shown(each) for each in self.discord.messages]

        await _until(self.discord.wait_for, found, words, shown)
        return self._read(found()[0], alone=False)

    def _options(self, name: str, words: str) -> dict[str, str]:
        """What was typed, word by word into the command's options; the last takes the rest."""
        card = next(each for each in self.discord.commands if each["name"] == name)
        names = [each["name"] for each in card.get("options", ())]
        return dict(zip(names, words.split(" ", len(names) - 1), strict=False)) if words else {}

    async def _answer(self, interaction: str, words: str, on: Read | None = None) -> Read:
        def replies() -> list[Reply]:
            return [each for each in self.discord.replies if each.interaction == interaction]

        def found() -> list[Reply]:
            return [each for each in replies() if words in _shown(each)]

        def shown() -> list[str]:
            return [_shown(each) for each in replies()]

        await _until(self.discord.wait_for, found, words, shown)
        changed = replies()[0].payload["type"] == CHANGES_THE_MESSAGE
        alone = any(each.ephemeral for each in replies())
        if changed and on is not None:
            alone = alone or on.alone
            self.talk.remove(on.said)
        return self._read(found()[0], alone=alone)

    def _read(self, message: Posted | Reply, *, alone: bool) -> Read:
        picture = next(iter(message.files.values()), None)
        attached = message.payload.get("attachments") or [{}]
        said = of_discord(message.payload, picture, alone=alone)
        self.talk.append(said)
        buttons = {each["label"]: each["custom_id"] for each in message.buttons}
        described = attached[0].get("description") or ""
        return Read(said.text, buttons, picture, described, said, alone=alone)


def _shown(message: Posted | Reply) -> str:
    return of_discord(message.payload).text


CHANGES_THE_MESSAGE = 6
"""How a press is acknowledged whose answer takes the place of the message that was pressed."""


class _Wait(Protocol):
    async def __call__(self, holds: Callable[[], object], seconds: float, /) -> None: ...


async def _until(
    wait: _Wait, holds: Callable[[], object], words: str, shown: Callable[[], object]
) -> None:
    """Wait, and where it was in vain say what was there instead."""
    try:
        await wait(holds, PATIENCE_SECONDS)
    except TimeoutError:
        raise AssertionError(f"nobody said {words!r}, but: {shown()!r}") from None
