"""Chat commands without a chat platform: what a command is, and what its handler may ask for."""

import difflib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.language import _
from bot.model import DEFAULT_PREFERENCES, Chat, Indicator, Message, Preferences, Snapshot
from bot.ports import (
    Boards,
    Changes,
    CommandCard,
    Deliveries,
    Forgetting,
    Holding,
    Links,
    Option,
    OwnRules,
    Past,
    PreferenceStore,
    Records,
    Source,
    Subscriptions,
    never_changes,
)


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
    preferences: PreferenceStore
    holding: Holding
    boards: Boards
    links: Links
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
    """What follows the command's name, in small letters."""
    now: datetime
    typed: tuple[str, ...] = ()
    """The same as it was typed."""
    preferences: Preferences = DEFAULT_PREFERENCES
    """What the chat has set; its language is the one to answer in."""


Suggest = Callable[[str, Request, Services], Awaitable[Sequence[str]]]
"""(option, request) -> what may stand there; the request's words are what is typed there so far."""


@dataclass(frozen=True, slots=True)
class Command:
    """A chat command; `usage` is what follows its name, in words a person reads."""

    name: str
    summary: str
    run: Callable[[Request, Services], Awaitable[Message]]
    usage: str = ""
    options: tuple[Option, ...] = ()
    changes: Changes = never_changes
    """Whether it changes what the chat hears or stores; in company only some may."""
    resumes: bool = True
    """It shows that a suspended chat can be reached, and brings it back; a farewell does not."""
    suggest: Suggest | None = None
    """What may stand in those of its options that suggest something."""

    @property
    def card(self) -> CommandCard:
        """The command as a platform's menu lists it."""
        return CommandCard(self.name, self.summary, self.options, self.changes)


def nearest(word: str, known: Sequence[str]) -> str | None:
    """The known word a person most likely meant, or None when nothing is near."""
    matches = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.5)
    return matches[0] if matches else None


def never_heard_of(what: str, word: str, known: Sequence[str], *, listed_by: str) -> UserError:
    """Says that there is no such thing, which one is near, and the command that lists them all.

    `what` is in the language spoken.
    """
    said = [_("There is no {what} {name}.").format(what=what, name=word[:32])]
    meant = nearest(word, known)
    if meant:
        said.append(_("Did you mean {name}?").format(name=meant))
    said.append(_("{command} lists them.").format(command=listed_by))
    return UserError(" ".join(said))


ALL = "all"


def chosen_topics(words: Sequence[str], topics: Mapping[str, str]) -> tuple[str, ...]:
    """The topics a person named, each once, or all; raises UserError for a word that is none."""
    chosen = " ".join(words).replace(",", " ").split()
    if chosen == [ALL]:
        return tuple(topics)
    for word in chosen:
        if word not in topics:
            said = [_("There is no topic {name}.").format(name=word[:32])]
            meant = nearest(word, list(topics))
            if meant:
                said.append(_("Did you mean {name}?").format(name=meant))
            said.append(_("Topics: {topics}.").format(topics=", ".join(topics)))
            raise UserError(" ".join(said))
    return tuple(dict.fromkeys(chosen))
