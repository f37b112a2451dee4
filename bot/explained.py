"""What is behind an alert, as far as its own record tells it: for `/why` and the status page."""

from collections.abc import Sequence
from itertools import takewhile

from bot import recorded
from bot.catalogue import SERIES
from bot.language import _, counted, spoken
from bot.messages import meaning_text, rule_text
from bot.messages.board import PHASE_LINE
from bot.messages.record import fact_text
from bot.model import Alert, Indicator, Kind, Rule
from bot.recorded import Numbered
from bot.studies.asked import COMPOSED
from bot.studies.reproduced import needed, replayed_on
from bot.wording import all_of, day_text, moment_text, number

_COMPOSED_IDS = frozenset(each.id for each in COMPOSED)


def rule_of(alert: Alert, indicators: Sequence[Indicator]) -> tuple[Indicator, Rule] | None:
    """The rule of an alert and what it watches; None if it judges no daily values, or is gone."""
    pairs = ((each, rule) for each in indicators for rule in each.rules)
    return next((pair for pair in pairs if pair[1].id == alert.rule), None)


def title_of(alert: Alert, indicators: Sequence[Indicator]) -> str:
    """The name of the number that an alert is about, in English."""
    titles = {each.key: each.title for each in indicators}
    known = SERIES.get(alert.indicator)
    return titles.get(alert.indicator) or (known.title if known else alert.indicator)


def said(alert: Alert) -> tuple[str, ...]:
    """What it said of itself, without the board of that time."""
    board_begins = PHASE_LINE.partition("{")[0]
    english = list(takewhile(lambda line: not line.startswith(board_begins), alert.message.lines))
    return alert.message.spoken(spoken()).lines[: len(english)]


def what(alert: Alert, indicators: Sequence[Indicator]) -> list[str]:
    """What was decided, when, by which values and which rule, and what it means."""
    watched = rule_of(alert, indicators)
    lines = [
        decided(alert),
        _("Value: {fact}.").format(fact=fact_text(alert, title_of(alert, indicators))),
        *grounds(alert, indicators),
    ]
    meaning = meaning_text(watched[1], alert.kind) if watched is not None else ""
    if meaning:
        return [*lines, _("It means: {meaning}").format(meaning=meaning)]
    return [*lines, _("It said:"), *(f"  {line}" for line in said(alert))]


def decided(alert: Alert) -> str:
    """What happened, by the value of which day, and when that was decided."""
    words = _("{what} by the value of {day}; decided at {moment}.")
    if recorded.found_late(alert):
        words = _(
            "{what} by the value of {day}; decided at {moment}, as it was found after a pause."
        )
    return words.format(
        what=f"{alert.rule} {alert.kind}",
        day=day_text(alert.day),
        moment=moment_text(alert.decided_at),
    )


def grounds(alert: Alert, indicators: Sequence[Indicator]) -> list[str]:
    """The values that decided it where there were several, and the rule that they met."""
    lines = []
    inputs = [f"{day_text(day)} {number(value, alert.unit)}" for day, value in alert.decided_by]
    if len(inputs) > 1:
        values = _("Values that decided it: {values} ({vendor}).")
        lines.append(values.format(values=", ".join(inputs), vendor=alert.vendor))
    rule = _("Rule: {rule}")
    watched = rule_of(alert, indicators)
    if watched is not None:
        indicator, own = watched
        return [*lines, rule.format(rule=rule_text(own, indicator))]
    composed = [_(each.rests_on) for each in COMPOSED if each.id == alert.rule]
    return [*lines, *(rule.format(rule=each) for each in composed)]


def since(alert: Alert, every: Sequence[Numbered]) -> list[str]:
    """What became of it when values were revised."""
    if alert.kind is Kind.CORRECTED:
        original = recorded.corrected_id(alert)
        verdict = _("This corrects {alert} and lets it stand; /why {alert} explains that one.")
        if alert.withdrawn:
            verdict = _("This corrects {alert} and takes it back; /why {alert} explains that one.")
        return [verdict.format(alert=original)]
    revised = recorded.corrections(alert, every)
    if not revised:
        return [_("Not corrected since.")]
    last = revised[-1]
    verdict = _("Withdrawn since") if last.withdrawn else _("Corrected since, and it stands")
    words = counted(
        "{verdict}: {value} by the revised values of {vendor}, told at {moment}.",
        "{verdict}: {value} by the revised values of {vendor}, told at {moment}, the last of "
        "{count} corrections.",
        len(revised),
    )
    return [
        words.format(
            verdict=verdict,
            value=number(last.value, last.unit),
            vendor=last.vendor,
            moment=moment_text(last.decided_at),
            count=len(revised),
        )
    ]


def again(alert: Alert, indicators: Sequence[Indicator]) -> list[str]:
    """The command that reproduces it."""
    if alert.kind is Kind.CORRECTED:
        return [_("A recording holds one value a day: a correction cannot be replayed.")]
    day = replayed_on(alert, indicators)
    command = f"python -m bot replay DIR --from {day} --to {day}"
    files = all_of([f"{series}.csv" for series in needed(alert, indicators)])
    held = _("DIR holds {files}, from well before that day, as lines of date,value.")
    lines = [held.format(files=files)]
    if not alert.decided_by and alert.kind is Kind.FIRED and alert.rule not in _COMPOSED_IDS:
        lines.append(_("It was decided before its day was over: a final value may say otherwise."))
    return [_("To reproduce it: {command}").format(command=command), " ".join(lines)]
