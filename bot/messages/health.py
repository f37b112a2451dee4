"""What we say about our own sight: a series gone quiet or back, a value revised."""

from collections.abc import Sequence
from datetime import date

from bot.model import Alert, Kind, Message, Reading, Tone, Transition
from bot.wording import day_text, moment_text, number


def blind(
    reading: Reading,
    news: Transition,
    rules: Sequence[str],
    standby: Reading | None,
    *,
    served: Sequence[str] = (),
    held: str = "",
) -> Message:
    """What we say when a series a rule needs goes quiet, and when it speaks again.

    `served` are those of the `rules` that follow the fallback on `standby` meanwhile.
    """
    value = number(reading.value, reading.unit)
    seen = moment_text(reading.as_of)
    if news.kind is Kind.RECOVERED:
        lines = [
            f"{reading.vendor} gives values again: {value}, as of {seen}.",
            f"Watching it again: {_listed(rules)}.",
        ]
        return Message(f"{reading.title} is back", tuple(lines), "blind · recovered")
    lines = [
        held
        or f"The last value from {reading.vendor} is {value}, as of {seen}; a newer one is overdue."
    ]
    asleep = [rule for rule in rules if rule not in served]
    if asleep:
        lines.append(f"Until it is back these neither fire nor resolve: {_listed(asleep)}.")
    if standby is not None:
        shown = f"{standby.vendor} says {number(standby.value, standby.unit)}"
        shown += f" (as of {moment_text(standby.as_of)}) meanwhile"
        lines.append(
            f"{shown} and stands in: these fire or resolve only if its value crosses, and also "
            f"its value moved by its usual distance from {reading.vendor}: {_listed(served)}."
            if served
            else f"{shown}; the levels are not set for its figure."
        )
    return Message(f"{reading.title} has gone quiet", tuple(lines), "blind · stale", Tone.BAD)


def _listed(rules: Sequence[str]) -> str:
    *first, last = rules
    return f"{', '.join(first)} and {last}" if first else last


def correction(
    alert: Alert,
    before: Sequence[tuple[date, float]],
    after: Sequence[tuple[date, float]],
    *,
    stands: bool,
    derived: bool = False,
    instead: date | None = None,
) -> Message:
    """What we say when values that decided an alert have been revised.

    `derived` is a value worked out from what its vendors say, `instead` the other day on which it
    happened by the revised ones.
    """
    old = dict(before)
    who, moves = f"{alert.vendor} has revised its value of", ""
    if derived:
        who, moves = f"With the revised figures of {alert.vendor}, the value of", " moves"
    revised = [
        f"{who} {day_text(day)}{moves} from "
        f"{number(old[day], alert.unit)} to {number(value, alert.unit)}."
        for day, value in after
        if day in old and old[day] != value
    ]
    verdict = (
        "With it the alert holds."
        if stands
        else "With it this would not have happened: take it as withdrawn."
    )
    if instead is not None:
        verdict = f"With it this happened on {day_text(instead)} instead, and holds since then."
    source = f"Source: {alert.vendor}, value of {day_text(alert.day)} (as of "
    return Message(
        f"Correction: {alert.message.title}",
        (*revised, verdict, f"{source}{moment_text(alert.as_of)})."),
        f"{alert.rule} · {Kind.CORRECTED}",
        Tone.NEUTRAL if stands else Tone.BAD,
    )
