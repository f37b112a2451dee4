"""The rules that chats made for themselves: kept as short texts, indexed by what they wait for."""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from bot.model import Chat, KeptRule, OwnRule, OwnState
from bot.own import watch
from bot.ports import Clock, NoSuchRule, StaleLeader, StoreUnavailable, TooManyRules
from bot.stores import keys, own_text
from bot.stores.codec import DamagedValue
from bot.stores.connect import Client
from bot.stores.jobs import Lifetimes
from bot.stores.keys import Lane

log = logging.getLogger(__name__)

MOST_TRIES = 20
"""A rule that somebody else changes so often while we look at it is left alone."""

Known = tuple[OwnRule, OwnState]
DEFAULT = Lifetimes()


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One rule as it should be stored, beside what is thought to be stored."""

    platform: str
    member: str
    number: int
    expected: str
    """The stored text; empty where there is none."""
    before: Known | None
    after: Known | None
    lines: Sequence[float] | None = None
    limit: int = -1
    job: str = ""
    body: str = ""

    @property
    def arguments(self) -> list[str | int]:
        """The change as `own_write` reads it."""
        ref = keys.own_rule(self.number, self.member)
        old = own_text.places(*self.before, ref, None) if self.before else {}
        new = own_text.places(*self.after, ref, self.lines) if self.after else {}
        leave = [part for place in old if place not in new for part in place]
        enter = [part for place, score in new.items() for part in (*place, repr(score))]
        used = _uses(self.after)
        used.subtract(_uses(self.before))
        uses = [part for reading, more in used.items() if more for part in (reading, more)]
        text = own_text.dump(*self.after) if self.after else ""
        told: list[str | int] = [self.platform, self.member, self.number, self.expected, text]
        told += [self.limit, self.job, self.body]
        return [*told, len(leave) // 2, *leave, len(enter) // 3, *enter, len(uses) // 2, *uses]


def _uses(known: Known | None) -> Counter[str]:
    return Counter(each.reading for each in known[0].conditions) if known else Counter()


async def write(
    client: Client,
    changes: Sequence[Rewrite],
    *,
    leader: str = "",
    now_ms: int = 0,
    lifetimes: Lifetimes = DEFAULT,
    all_or_none: bool = False,
) -> Sequence[str]:
    """Write rules, and say of each how that went: done, repeated, moved or full.

    Raises StaleLeader when a `leader` is named who does not hold the poller's lease.
    """
    mode = "all" if all_or_none else "each"
    arguments: list[str | int] = [leader, now_ms, *lifetimes.milliseconds, mode, keys.TAG]
    arguments.append(len(changes))
    for change in changes:
        arguments += change.arguments
    # The poller finds what it did as repeated. A chat's number may have been given to another rule
    # before the repeat comes, which would then be taken for the one that was meant.
    run = client.run if leader else client.run_once
    outcome: str | list[str] = await run(
        "own_write", [keys.LEAD_POLLER, keys.SEQ, keys.OWN_USES, keys.OWN_SEEN], arguments
    )
    if isinstance(outcome, str):
        raise StaleLeader(f"{leader} no longer holds the poller's lease.")
    return outcome


class RedisOwnRules:
    """Each chat's rules by number; the lowest free number is the next."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    async def kept(self, chat: Chat) -> Sequence[KeptRule]:
        """The chat's rules by their numbers."""
        stored = await self._client.fields(Lane(chat.platform).own_rules(chat.member))
        return [
            KeptRule(number, rule, state.firing)
            for number, _, (rule, state) in _readable(chat, stored)
        ]

    async def keep(
        self, chat: Chat, rule: OwnRule, *, holds: Sequence[bool], limit: int
    ) -> KeptRule:
        """Store a new rule under the chat's next free number; raises TooManyRules.

        `holds` says of each condition whether it is true already: a rule whose conditions all hold
        begins as firing, silently.
        """
        state = watch.begin(rule, holds, self._clock())
        for _ in range(MOST_TRIES):
            taken = await self._client.field_names(Lane(chat.platform).own_rules(chat.member))
            number = next(n for n in range(1, len(taken) + 2) if str(n) not in taken)
            outcome = await self._write(chat, number, "", None, (rule, state), limit=limit)
            if outcome == "full":
                raise TooManyRules
            if outcome != "moved":
                return KeptRule(number, rule, state.firing)
        raise _restless(chat)

    async def change(
        self, chat: Chat, number: int, rule: OwnRule, *, holds: Sequence[bool]
    ) -> KeptRule:
        """Put a rule in the place of another, and which stays armed or firing if `holds` lets it.

        Raises NoSuchRule.
        """
        for _ in range(MOST_TRIES):
            text, before = await self._stored(chat, number)
            state = watch.edited(*before, rule, holds, self._clock())
            if await self._write(chat, number, text, before, (rule, state)) != "moved":
                return KeptRule(number, rule, state.firing)
        raise _restless(chat)

    async def forget(self, chat: Chat, number: int) -> OwnRule:
        """Remove a rule and return it; raises NoSuchRule."""
        for _ in range(MOST_TRIES):
            text, before = await self._stored(chat, number)
            if await self._write(chat, number, text, before, None) != "moved":
                return before[0]
        raise _restless(chat)

    async def _stored(self, chat: Chat, number: int) -> tuple[str, Known]:
        """A rule's text and what it says; raises NoSuchRule."""
        text = await self._client.field(Lane(chat.platform).own_rules(chat.member), str(number))
        if text is None:
            raise NoSuchRule
        return text, load_rule(chat, str(number), text)

    async def _write(
        self,
        chat: Chat,
        number: int,
        expected: str,
        before: Known | None,
        after: Known | None,
        *,
        limit: int = -1,
    ) -> str:
        change = Rewrite(chat.platform, chat.member, number, expected, before, after, limit=limit)
        (outcome,) = await write(self._client, [change])
        return outcome


async def move_rules(client: Client, old: Chat, new: Chat) -> None:
    """Give a chat's rules to its new id, behind those that it already has there."""
    for _ in range(MOST_TRIES):
        texts = await client.fields(Lane(old.platform).own_rules(old.member))
        if not texts:
            return
        taken = await client.field_names(Lane(new.platform).own_rules(new.member))
        free = (n for n in range(1, len(texts) + len(taken) + 1) if str(n) not in taken)
        changes = []
        for number, text, known in _readable(old, texts):
            wanted = next(free) if taken else number
            changes += [
                Rewrite(old.platform, old.member, number, text, known, None),
                Rewrite(new.platform, new.member, wanted, "", None, known),
            ]
        if set(await write(client, changes, all_or_none=True)) <= {"done", "repeated"}:
            return
    raise _restless(old)


def load_rule(chat: Chat, number: str, text: str) -> Known:
    """A stored rule and what it remembers; raises DamagedValue."""
    return own_text.load(text, f"own rule {number} of {chat.platform} chat {chat.member}")


def _readable(chat: Chat, texts: Mapping[str, str]) -> list[tuple[int, str, Known]]:
    """Numbers, texts and rules by number; one that nobody can read must not hide the others."""
    found = []
    for number, text in texts.items():
        try:
            found.append((int(number), text, load_rule(chat, number, text)))
        except DamagedValue as error:
            log.warning("%s", error)
    return sorted(found, key=itemgetter(0))


def _restless(chat: Chat) -> StoreUnavailable:
    return StoreUnavailable(f"The own rules of {chat.platform} chat {chat.member} keep changing.")
