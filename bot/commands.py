"""Chat commands without a chat platform: what a command is, and how text finds its command."""

import difflib
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from bot.model import Chat, Indicator, Message, Snapshot
from bot.ports import (
    Author,
    CannotTell,
    Clock,
    CommandCard,
    Deliveries,
    Forgetting,
    Option,
    OwnRules,
    Past,
    Records,
    Resumed,
    Source,
    StoreUnavailable,
    Subscriptions,
)

log = logging.getLogger(__name__)

LEAVING = ("privacy", "stop", "unalert", "unsubscribe")
"""What may be said even where the operator does not let me talk: whoever asked for alerts before
must be able to end them."""


class UserError(Exception):
    """What a person typed cannot be done; the text tells them why, and what would work."""


class Outlook(Protocol):
    """Reads the present state of everything watched."""

    async def snapshot(self, now: datetime) -> Snapshot:
        """What `/status` shows."""


@dataclass(frozen=True, slots=True)
class Services:
    """What a handler may ask for."""

    subscriptions: Subscriptions
    outlook: Outlook
    past: Past
    own: OwnRules
    records: Records
    deliveries: Deliveries
    forgetting: Forgetting
    topics: Mapping[str, str]
    """Every topic with one line on what it tells."""
    indicators: tuple[Indicator, ...] = ()
    commands: tuple["Command", ...] = ()
    sources: tuple[Source, ...] = ()
    """Who is asked, with the feeds that are switched on."""
    rules_per_chat: int = 50
    """So many rules of its own a chat may have."""


@dataclass(frozen=True, slots=True)
class Request:
    """One command from one chat."""

    chat: Chat
    arguments: tuple[str, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class Command:
    """A chat command; `usage` is what follows its name, in words a person reads."""

    name: str
    summary: str
    run: Callable[[Request, Services], Awaitable[Message]]
    usage: str = ""
    option: Option | None = None
    changes: bool = False
    """Whether it changes what the chat hears or stores; in company only some may."""
    resumes: bool = True
    """It shows that a suspended chat can be reached, and brings it back; a farewell does not."""

    @property
    def card(self) -> CommandCard:
        """The command as a platform's menu lists it."""
        return CommandCard(self.name, self.summary, self.option, self.changes)


def nearest(word: str, known: Sequence[str]) -> str | None:
    """The known word a person most likely meant, or None when nothing is near."""
    matches = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.5)
    return matches[0] if matches else None


def never_heard_of(what: str, word: str, known: Sequence[str], *, listed_by: str) -> UserError:
    """Says that there is no such thing, which one is near, and the command that lists them all."""
    meant = nearest(word, known)
    hint = f" Did you mean {meant}?" if meant else ""
    return UserError(f"There is no {what} {word[:32]}.{hint} {listed_by} lists them.")


def chosen_topics(words: Sequence[str], topics: Mapping[str, str]) -> tuple[str, ...]:
    """The topics a person named, each once; raises UserError for a word that is none."""
    chosen = " ".join(words).replace(",", " ").split()
    for word in chosen:
        if word not in topics:
            meant = nearest(word, list(topics))
            hint = f" Did you mean {meant}?" if meant else ""
            known = ", ".join(topics)
            raise UserError(f"There is no topic {word[:32]}.{hint} Topics: {known}.")
    return tuple(dict.fromkeys(chosen))


class Router:
    """Finds the command a text asks for, runs it, and turns every failure into a readable reply."""

    def __init__(
        self,
        commands: Sequence[Command],
        services: Services,
        clock: Clock,
        *,
        allowed: Collection[str] = (),
    ) -> None:
        """Take the commands to know, what their handlers may ask for, and the time.

        `allowed` names the only chats to talk to, each as "platform:id"; none means all.
        """
        self._commands = {command.name: command for command in commands}
        self._services = services
        self._clock = clock
        self._allowed = frozenset(allowed)

    async def answer(self, chat: Chat, text: str, author: Author) -> Message | None:
        """The reply to a text, or None when it is no command.

        The leading slash is required; a bot's name behind `@` is the adapter's business and must
        have been checked before. A command that `resumes`, or none that is known, brings a
        suspended chat back, even one that its author may not give, as it shows that the chat can be
        reached again.
        """
        words = text.split()
        if not words or not words[0].startswith("/") or words[0] == "/":
            return None
        name = words[0][1:].partition("@")[0].lower()
        if self._allowed and _place(chat) not in self._allowed and name not in LEAVING:
            return _not_here(chat)
        command = self._commands.get(name)
        resumed: Resumed | None = None
        try:
            if command is None or command.resumes:
                resumed = await self._services.subscriptions.resume(chat)
            request = Request(chat, tuple(map(str.lower, words[1:])), self._clock())
            reply = await self._run(name, request, author)
        except UserError as error:
            reply = Message("That did not work", (str(error),))
        except CannotTell as error:
            log.warning("/%s was not carried out, as nobody said whether it may: %s", name, error)
            why = f"Only {author.who_may} may, and I could not find out whether you are one"
            reply = Message(
                "I cannot do that right now", (f"{why}; please try again in a minute.",)
            )
        except StoreUnavailable as error:
            log.warning("/%s could not be answered: %s", name, error)
            reply = Message(
                "I cannot reach my memory right now",
                ("Please try again in a minute.",),
            )
        except Exception:  # One command's bug must not end the bot for everybody else.
            log.exception("/%s failed", name)
            reply = Message(
                "Something went wrong on my side",
                ("It is in my log, and somebody will look. Please try something else.",),
            )
        return reply if resumed is None else _welcome_back(resumed, reply)

    async def _run(self, name: str, request: Request, author: Author) -> Message:
        command = self._commands.get(name)
        if command is None:
            return self._unknown(name)
        if command.changes and not await author.may_change():
            return _not_yours(author)
        return await command.run(request, self._services)

    def _unknown(self, name: str) -> Message:
        meant = nearest(name, list(self._commands))
        hint = f"Did you mean /{meant}?" if meant else "I do not know that one."
        known = " ".join(f"/{command}" for command in self._commands)
        return Message(f"There is no command /{name[:32]}", (hint, f"Commands: {known}"))


def _place(chat: Chat) -> str:
    """A chat with all its topics, as the operator names it."""
    return f"{chat.platform}:{chat.id}"


def _not_here(chat: Chat) -> Message:
    why = (
        f"Whoever runs me has not let me into this chat, {_place(chat)}; they can if you ask them."
    )
    return Message("Sorry, I only talk in some chats", (why,))


def _not_yours(author: Author) -> Message:
    return Message(
        "That is not for everyone here",
        (
            f"Only {author.who_may} change what I tell and keep here; everyone may ask, for "
            "instance with /status, /alerts, /subscriptions or /help.",
        ),
    )


def _welcome_back(resumed: Resumed, reply: Message) -> Message:
    back = f"I had stopped writing here ({resumed.reason}). Alerts come again from now."
    missed = (
        "One alert that you missed is"
        if resumed.missed == 1
        else (f"The {resumed.missed} alerts that you missed are")
    )
    lines = (back, f"{missed} on the way.") if resumed.missed else (back,)
    return replace(reply, lines=(*lines, *reply.lines))
