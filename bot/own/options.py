"""What may follow a rule's conditions: once, every, remind 1d, step 1, for 2 days, until a day."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from difflib import get_close_matches

from bot.language import _
from bot.model import Unit
from bot.own.mistakes import NotUnderstood, quoted
from bot.own.numbers import AMOUNT, amount
from bot.wording import all_of

SHORTEST = timedelta(minutes=5)
"""Shorter than between two looks at a source a condition can be neither held nor said again."""
LONGEST = timedelta(days=365)
YEARS_AHEAD = 10
"""No rule is made to end later than this."""

MINUTES = {"minute": 1, "min": 1, "m": 1, "hour": 60, "hr": 60, "h": 60,
           "day": 1440, "d": 1440, "week": 10080, "w": 10080}  # fmt: skip
"""A span's name -> its minutes."""
WRITTEN = (("w", 10080), ("d", 1440), ("h", 60), ("m", 1))
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FEW = re.compile(r"\s*(?:(?P<count>[0-9]{1,6}(?:\.[0-9]{1,3})?|an?\b)\s*)?-?(?P<unit>[a-z]+)")
"""So many of something: 2 days · 90m · a week · day."""
DAY = re.compile(
    rf"\s*(?:(?P<y>[0-9]{{4}})-(?P<m>[0-9]{{1,2}})-(?P<d>[0-9]{{1,2}})"
    rf"|(?P<dd>[0-9]{{1,2}})\.?\s*(?P<month>{'|'.join(MONTHS)})[a-z]*\.?,?\s*(?P<yyyy>[0-9]{{4}}))"
    rf"(?![0-9])"
)
SEPARATORS = re.compile(r"(?:[\s,;.]|and\b)*")
EXAMPLES = "once, every, remind 1d, step 1, for 2 days, until 2027-01-31"
_STARTS = {
    "once": r"(?:(?:only|just)\s+)?once\b",
    "every": r"(?:every|each)(?:\s*time)?\b",
    "remind": r"remind(?:\s+me)?\b(?:\s+(?:every|each|after)\b)?",
    "step": r"steps?\b(?:\s+of\b)?",
    "for": r"for\b(?:\s+at\s+least\b)?",
    "until": r"(?:un)?till?\b",
}
_START = re.compile("|".join(f"(?P<{name}>{start})" for name, start in _STARTS.items()))


@dataclass(frozen=True, slots=True)
class Options:
    """What was said behind the conditions."""

    once: bool = False
    remind: timedelta | None = None
    step: float | None = None
    hold: timedelta | None = None
    until: date | None = None


def starts(text: str) -> bool:
    """Whether an option begins here."""
    return _START.match(text) is not None


def options(text: str, unit: Unit, today: date) -> Options:
    """All that is said in this text; a step is in `unit`. Raises NotUnderstood."""
    said: list[str] = []
    so_far = Options()
    rest = text[_skipped(text) :]
    while rest:
        start = _START.match(rest)
        if start is None or start.lastgroup is None:
            raise NotUnderstood(_stray(rest))
        if start.lastgroup in said:
            raise NotUnderstood(_("“{word}” is said twice.").format(word=start.lastgroup))
        said.append(start.lastgroup)
        so_far, rest = _READERS[start.lastgroup](so_far, rest[start.end() :], unit, today)
        rest = rest[_skipped(rest) :]
    _check_together(said)
    return so_far


def few_text(span: timedelta) -> str:
    """A span as FEW reads it: 2d, 90m."""
    minutes = int(span.total_seconds() // 60)
    name, size = next((name, size) for name, size in WRITTEN if minutes % size == 0)
    return f"{minutes // size}{name}"


def _skipped(text: str) -> int:
    match = SEPARATORS.match(text)
    return match.end() if match else 0


def _stray(rest: str) -> str:
    word = rest.split(maxsplit=1)[0]
    if word == "or":
        return _("I know “and” but not “or”: make it two alerts, they fire each on its own.")
    near = get_close_matches(word, list(_STARTS), n=1, cutoff=0.6)
    said = [_("I do not understand {typed}.").format(typed=quoted(rest))]
    if near:
        said.append(_("Did you mean {name}?").format(name=near[0]))
    said.append(_("Behind the conditions may stand {examples}.").format(examples=EXAMPLES))
    return " ".join(said)


def _check_together(said: list[str]) -> None:
    """Refuse two ways of saying how often to tell it."""
    how = [name for name in said if name in ("once", "remind", "step")]
    if "once" in how and "every" in said:
        how.append("every")
    if len(how) > 1:
        both = all_of([f"“{name}”" for name in how])
        apart = _("{options} do not go together: choose one.")
        raise NotUnderstood(apart.format(options=both))


def _read_once(so_far: Options, rest: str, unit: Unit, today: date) -> tuple[Options, str]:
    return replace(so_far, once=True), rest


def _read_every(so_far: Options, rest: str, unit: Unit, today: date) -> tuple[Options, str]:
    few = FEW.match(rest)
    if few is not None and few["unit"].rstrip("s") in MINUTES:
        written = f"remind 1{few['unit'][0]}"
        again = _("To hear it again while it holds, write {example}.")
        raise NotUnderstood(again.format(example=written))
    return so_far, rest


def _read_remind(so_far: Options, rest: str, unit: Unit, today: date) -> tuple[Options, str]:
    span, rest = _span(rest, "remind", "remind 1d")
    return replace(so_far, remind=span), rest


def _read_hold(so_far: Options, rest: str, unit: Unit, today: date) -> tuple[Options, str]:
    span, rest = _span(rest, "for", "for 2 days")
    return replace(so_far, hold=span), rest


def _read_step(so_far: Options, rest: str, unit: Unit, today: date) -> tuple[Options, str]:
    match = AMOUNT.match(rest)
    if match is None:
        raise NotUnderstood(_("After “step” I need a number, such as step 1."))
    step = amount(match, unit, also="pp" if unit is Unit.PCT else "")
    if step <= 0:
        raise NotUnderstood(
            _("A step must be more than zero: it is how much further it has to move.")
        )
    return replace(so_far, step=step), rest[match.end() :]


def _read_until(so_far: Options, rest: str, unit: Unit, today: date) -> tuple[Options, str]:
    match = DAY.match(rest)
    if match is None:
        raise NotUnderstood(_("After “until” I need a day, such as until 2027-01-31."))
    try:
        day = _day(match)
    except ValueError:
        unknown = _("There is no day {typed}.").format(typed=quoted(match[0]))
        raise NotUnderstood(unknown) from None
    if day < today:
        over = _("{day} is over: “until” names the last day of the alert.")
        raise NotUnderstood(over.format(day=day))
    if day.year > today.year + YEARS_AHEAD:
        too_far = _("I plan no more than {count} years ahead; leave “until” out.")
        raise NotUnderstood(too_far.format(count=YEARS_AHEAD))
    return replace(so_far, until=day), rest[match.end() :]


def _day(match: re.Match[str]) -> date:
    if match["y"]:
        return date(int(match["y"]), int(match["m"]), int(match["d"]))
    return date(int(match["yyyy"]), MONTHS.index(match["month"]) + 1, int(match["dd"]))


def _span(rest: str, name: str, example: str) -> tuple[timedelta, str]:
    few = FEW.match(rest)
    size = MINUTES.get(few["unit"].rstrip("s") or few["unit"]) if few else None
    if few is None or size is None:
        needed = _("After “{word}” I need minutes, hours, days or weeks, such as {example}.")
        raise NotUnderstood(needed.format(word=name, example=example))
    count = few["count"] or "1"
    minutes = size * (float(count) if count[0].isdigit() else 1)
    span = timedelta(minutes=minutes)
    if not SHORTEST <= span <= LONGEST:
        takes = _("“{word}” takes from 5 minutes to {most} days.")
        raise NotUnderstood(takes.format(word=name, most=LONGEST.days))
    if minutes != round(minutes):
        raise NotUnderstood(_("“{word}” counts whole minutes.").format(word=name))
    return span, rest[few.end() :]


Read = Callable[[Options, str, Unit, date], tuple[Options, str]]

_READERS: dict[str, Read] = {
    "once": _read_once,
    "every": _read_every,
    "remind": _read_remind,
    "step": _read_step,
    "for": _read_hold,
    "until": _read_until,
}
