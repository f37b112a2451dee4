"""What came of one platform's alerts: compares what arrived with what had to arrive, in order."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Self

from tests.chaos.crowd import Fate, Subscriber


@dataclass(frozen=True, slots=True)
class Told:
    """An alert as Redis took it."""

    place: int
    """Among alerts and joins, in the order in which they came."""
    topic: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Numbers of letters, but for the copies, which are of messages, and for the suspensions."""

    expected: int = 0
    delivered: int = 0
    lost: int = 0
    copies: int = 0
    """Messages that arrived once more."""
    disordered: int = 0
    """Letters after a later one, and copies of anything but the last message before."""
    unasked: int = 0
    """Letters for a chat that does not hear their topic, or did not when they fired."""
    rightly: int = 0
    """Suspended chats that take no messages."""
    wrongly: int = 0
    """Suspended chats that do."""

    def __add__(self, other: Self) -> "Verdict":
        return Verdict(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


def judged(
    crowd: Iterable[Subscriber],
    ledger: Mapping[str, Sequence[str]],
    told: Mapping[str, Told],
    suspended: Collection[str],
) -> Verdict:
    """Judge one platform by its ledger; `told` has every alert by its marker.

    An alert that Redis never took stands in `told` with the place of one that everybody hears.
    """
    verdict = Verdict()
    known: set[str] = set()
    for each in crowd:
        addresses = [chat.member for chat in (each.chat, each.new) if chat is not None]
        known.update(addresses)
        heard = [token for address in addresses for token in ledger.get(address, ())]
        verdict += _of_one(each, heard, told, any(a in suspended for a in addresses))
    strangers = sum(len(tokens) for chat, tokens in ledger.items() if chat not in known)
    return verdict + Verdict(unasked=strangers)


def _of_one(
    each: Subscriber,
    heard: Sequence[str],
    told: Mapping[str, Told],
    is_suspended: bool,  # noqa: FBT001 - private
) -> Verdict:
    meant = {mark for mark, alert in told.items() if _hears(each, alert)}
    arrived = meant & set(heard)
    owed = _owed(each, meant, arrived, is_suspended)
    copies, disordered = _copies_and_disorder(heard, told)
    return Verdict(
        expected=len(owed),
        delivered=len(owed & arrived),
        lost=len(owed - arrived),
        copies=copies,
        disordered=disordered,
        unasked=sum(mark not in meant for mark in heard),
        rightly=is_suspended and each.fate is Fate.GONE,
        wrongly=is_suspended and each.fate is not Fate.GONE,
    )


def _hears(each: Subscriber, alert: Told) -> bool:
    joined = each.joined.get(alert.topic)
    return joined is not None and joined < alert.place


def _owed(
    each: Subscriber,
    meant: set[str],
    arrived: set[str],
    is_suspended: bool,  # noqa: FBT001 - private
) -> set[str]:
    """Who left is owed nothing, and who takes nothing is excused if that was noticed."""
    if each.fate is Fate.LEFT or (each.fate is Fate.GONE and is_suspended):
        return arrived
    return meant


def _copies_and_disorder(heard: Sequence[str], told: Mapping[str, Told]) -> tuple[int, int]:
    """A message that arrives once more repeats the very letters that came last."""
    copies = disordered = 0
    seen: set[str] = set()
    newest = -1
    at = 0
    while at < len(heard):
        if heard[at] not in seen:
            disordered += told[heard[at]].place < newest
            newest = max(newest, told[heard[at]].place)
            seen.add(heard[at])
            at += 1
            continue
        end = _end_of_copy(heard, at, seen, told)
        copies += 1
        disordered += heard[2 * at - end : at] != heard[at:end]
        at = end
    return copies, disordered


def _end_of_copy(heard: Sequence[str], start: int, seen: set[str], told: Mapping[str, Told]) -> int:
    end = start + 1
    while (
        end < len(heard)
        and heard[end] in seen
        and told[heard[end]].place > told[heard[end - 1]].place
    ):
        end += 1
    return end
