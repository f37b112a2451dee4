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
    stands_in: bool = False,
    held: str = "",
) -> Message:
    """What we say when a series a rule needs goes quiet, and when it speaks again."""
    value = number(reading.value, reading.unit)
    seen = moment_text(reading.as_of)
    affected = " and ".join(rules)
    if news.kind is Kind.RECOVERED:
        lines = [
            f"{reading.vendor} gives values again: {value}, as of {seen}.",
            f"Watching it again: {affected}.",
        ]
        return Message(f"{reading.title} is back", tuple(lines), "blind · recovered")
    lines = [
        held
        or f"The last value from {reading.vendor} is {value}, as of {seen}; a newer one is "
        "overdue.",
        f"Until it is back these neither fire nor resolve: {affected}.",
    ]
    if standby is not None:
        shown = f"{standby.vendor} says {number(standby.value, standby.unit)}"
        shown += f" (as of {moment_text(standby.as_of)}) meanwhile"
        lines.append(f"{shown}; the levels are not set for its figure.")
        if stands_in:
            lines[1:] = [
                f"{shown} and stands in: these fire or resolve only if its value crosses, and also "
                f"its value moved by its usual distance from {reading.vendor}: {affected}."
            ]
    return Message(f"{reading.title} has gone quiet", tuple(lines), "blind · stale", Tone.BAD)


def correction(
    alert: Alert,
    before: Sequence[tuple[date, float]],
    after: Sequence[tuple[date, float]],
    *,
    stands: bool,
) -> Message:
    """What we say when values that decided an alert have been revised."""
    old = dict(before)
    revised = [
        f"{alert.vendor} has revised its value of {day_text(day)} from "
        f"{number(old[day], alert.unit)} to {number(value, alert.unit)}."
        for day, value in after
        if day in old and old[day] != value
    ]
    verdict = (
        "With it the alert holds."
        if stands
        else "With it this would not have happened: take it as withdrawn."
    )
    source = f"Source: {alert.vendor}, value of {day_text(alert.day)} (as of "
    return Message(
        f"Correction: {alert.message.title}",
        (*revised, verdict, f"{source}{moment_text(alert.as_of)})."),
        f"{alert.rule} · {Kind.CORRECTED}",
        Tone.NEUTRAL if stands else Tone.BAD,
    )
