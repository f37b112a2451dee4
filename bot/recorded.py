"""The recorded alerts as people ask for them: numbered from the newest, found by a word."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.model import Alert, Kind

LATE = f":{Kind.LATE}"
CORRECTED = f":{Kind.CORRECTED}:"


@dataclass(frozen=True, slots=True)
class Numbered:
    """An alert and its place from the newest, which is 1."""

    number: int
    alert: Alert


def numbered(alerts: Sequence[Alert]) -> tuple[Numbered, ...]:
    """Each happening once, newest first.

    What was found late is recorded by itself and told by another alert, which is no happening: it
    counts only where what it tells is not recorded any more.
    """
    known = {each.id for each in alerts}
    own = [a for a in alerts if a.kind is not Kind.LATE or a.id.removesuffix(LATE) not in known]
    return tuple(Numbered(place, alert) for place, alert in enumerate(own, start=1))


def of_topics(alerts: Sequence[Numbered], topics: Collection[str]) -> tuple[Numbered, ...]:
    """Those that whoever hears these topics could have heard."""
    return tuple(each for each in alerts if each.alert.topic in topics)


def of_rule_or_topic(alerts: Sequence[Numbered], name: str) -> tuple[Numbered, ...]:
    """Those of the rule of this id, or else of this topic."""
    by_rule = tuple(each for each in alerts if each.alert.rule == name)
    return by_rule or tuple(each for each in alerts if each.alert.topic == name)


def find(alerts: Sequence[Numbered], typed: str) -> Numbered | None:
    """The alert of this number or id; ids are compared without regard to case."""
    wanted = typed.removeprefix("#")
    for each in alerts:
        if str(each.number) == wanted or each.alert.id.casefold() == typed.casefold():
            return each
    return None


def corrections(alert: Alert, alerts: Sequence[Numbered]) -> tuple[Alert, ...]:
    """What was said of an alert when its values were revised, oldest first."""
    prefix = f"{alert.id}{CORRECTED}"
    found = {
        int(each.alert.id.removeprefix(prefix)): each.alert
        for each in alerts
        if each.alert.id.startswith(prefix)
    }
    return tuple(found[count] for count in sorted(found))


def found_late(alert: Alert) -> bool:
    """Whether it was found after it had been news."""
    return alert.quiet or alert.kind is Kind.LATE


def corrected_id(alert: Alert) -> str:
    """The id of the alert that a correction corrects; of any other, its own."""
    return alert.id.partition(CORRECTED)[0]
