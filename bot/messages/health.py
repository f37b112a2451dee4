"""What we say about our own sight: a series gone quiet or back, a value revised."""

from collections.abc import Sequence
from datetime import date

from bot.language import _, spoken
from bot.model import Alert, Kind, Message, Reading, Tone, Transition
from bot.wording import day_text, listed, moment_text, number


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
    title, value = _(reading.title), number(reading.value, reading.unit)
    seen = moment_text(reading.as_of)
    if news.kind is Kind.RECOVERED:
        lines = [
            _("{vendor} gives values again: {value}, as of {as_of}.").format(
                vendor=reading.vendor, value=value, as_of=seen
            ),
            _("Watching it again: {rules}.").format(rules=listed(rules)),
        ]
        return Message(_("{title} is back").format(title=title), tuple(lines), "blind · recovered")
    lines = [
        held
        or _(
            "The last value from {vendor} is {value}, as of {as_of}; a newer one is overdue."
        ).format(vendor=reading.vendor, value=value, as_of=seen)
    ]
    asleep = [rule for rule in rules if rule not in served]
    if asleep:
        asleep_now = _("Until it is back these neither fire nor resolve: {rules}.")
        lines.append(asleep_now.format(rules=listed(asleep)))
    if standby is not None:
        lines.append(_meanwhile(reading, standby, served))
    quiet = _("{title} has gone quiet").format(title=title)
    return Message(quiet, tuple(lines), "blind · stale", Tone.BAD)


def _meanwhile(reading: Reading, standby: Reading, served: Sequence[str]) -> str:
    """What a fallback says, and which rules follow it."""
    said = _(
        "{other} says {value} (as of {as_of}) meanwhile; the levels are not set for its figure."
    )
    if served:
        said = _(
            "{other} says {value} (as of {as_of}) meanwhile and stands in: these fire or resolve "
            "only if its value crosses, and also its value moved by its usual distance from "
            "{vendor}: {rules}."
        )
    return said.format(
        other=standby.vendor,
        value=number(standby.value, standby.unit),
        as_of=moment_text(standby.as_of),
        vendor=reading.vendor,
        rules=listed(served) if served else "",
    )


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
    revision = _("{vendor} has revised its value of {day} from {before} to {after}.")
    if derived:
        revision = _(
            "With the revised figures of {vendor}, the value of {day} moves from {before} to "
            "{after}."
        )
    revised = [
        revision.format(
            vendor=alert.vendor,
            day=day_text(day),
            before=number(old[day], alert.unit),
            after=number(value, alert.unit),
        )
        for day, value in after
        if day in old and old[day] != value
    ]
    verdict = (
        _("With it the alert holds.")
        if stands
        else _("With it this would not have happened: take it as withdrawn.")
    )
    if instead is not None:
        happened = _("With it this happened on {day} instead, and holds since then.")
        verdict = happened.format(day=day_text(instead))
    source = _("Source: {vendor}, value of {day} (as of {as_of}).").format(
        vendor=alert.vendor, day=day_text(alert.day), as_of=moment_text(alert.as_of)
    )
    title = alert.message.spoken(spoken()).title
    return Message(
        _("Correction: {title}").format(title=title),
        (*revised, verdict, source),
        f"{alert.rule} · {Kind.CORRECTED}",
        Tone.NEUTRAL if stands else Tone.BAD,
    )
