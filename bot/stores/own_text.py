"""Own rules as the short text that Redis holds, and where its index finds them.

    btc_dominance<55 r86400!tm3k0w f b0 @tm3k0w +tm5euw

The conditions, joined by `&`; what was asked for besides: `o` once, `r` remind and `h` hold in
seconds, `s` step, `u` until; behind the `!` what the rule remembers: when it was made, `f` for
firing, `b` the conditions that are beyond their level, `@` since when, `+` when it is due, `^` its
next step. Instants are seconds in base 36. A hash keeps such short fields packed: with the index a
rule takes about 150 bytes.
"""

import math
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from bot.model import Condition, OwnRule, OwnState, Side, Span, Window
from bot.own import watch
from bot.stores.codec import DamagedValue

_SIGNS = {Side.ABOVE: ">", Side.BELOW: "<"}
_SIDES = {sign: side for side, sign in _SIGNS.items()}
_SPANS = {span[0]: span for span in Span}
_CONDITION = re.compile(r"([a-z0-9_]+)(?:~(\d+)([a-z]))?([<>])(.+)")
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"

DUE = "own:due"
"""The end of the key of rules that are due at some time, whatever their values do."""

Place = tuple[str, str]
"""The end of a sorted set's key on a platform, and the member in it."""


def dump(rule: OwnRule, state: OwnState) -> str:
    """The rule and what it remembers."""
    return f"{_dump_rule(rule)}!{_dump_state(state)}"


def load(text: str, where: str) -> tuple[OwnRule, OwnState]:
    """The reverse of `dump`; raises DamagedValue."""
    try:
        asked, _, remembered = text.partition("!")
        rule = _load_rule(asked)
        return rule, _load_state(remembered, len(rule.conditions))
    except (ValueError, KeyError, OSError, OverflowError) as error:
        raise DamagedValue(where, f"{text[:100]}: {error}") from None


def places(
    rule: OwnRule, state: OwnState, ref: str, lines: Sequence[float] | None
) -> dict[Place, float]:
    """Where the index holds the rule, and with which scores; `ref` is `number:member`.

    Without `lines`, the recovery lines, a firing rule stands under its levels; the first look puts
    that right, as it comes before its values reach their lines.
    """
    number, _, member = ref.partition(":")
    found: dict[Place, float] = {}
    for index, each in enumerate(rule.conditions):
        entry = f"{number}.{index}:{member}" if index else ref
        if not state.beyond[index]:
            found[place(each.reading, each.side, fired=False), entry] = each.level
        elif state.firing:
            line = each.level if lines is None else lines[index]
            found[place(each.reading, each.side, fired=True), entry] = line
        else:
            found[place(each.reading, each.side, fired=True), entry] = _least_beyond(each)
    if rule.step is not None and state.firing:
        each = rule.conditions[0]
        level = each.level if state.further is None else state.further
        found[place(each.reading, each.side, fired=False), f"{number}.s:{member}"] = level
    times = [moment for moment in (state.due, watch.end(rule)) if moment is not None]
    if times:
        found[DUE, ref] = min(times).timestamp()
    return found


def place(reading: str, side: Side, *, fired: bool) -> str:
    """The end of the key of those that wait for a reading to cross, or to come back."""
    return f"own:{side}:{'fired' if fired else 'armed'}:{reading}"


def _least_beyond(condition: Condition) -> float:
    """The value nearest to the level for which the condition holds."""
    if condition.side is Side.ABOVE:
        return condition.level
    return math.nextafter(condition.level, -math.inf)


def _dump_rule(rule: OwnRule) -> str:
    words = ["&".join(map(_dump_condition, rule.conditions))]
    if rule.once:
        words.append("o")
    if rule.remind is not None:
        words.append(f"r{_seconds(rule.remind)}")
    if rule.step is not None:
        words.append(f"s{_short(rule.step)}")
    if rule.hold is not None:
        words.append(f"h{_seconds(rule.hold)}")
    if rule.until is not None:
        words.append(f"u{rule.until.isoformat()}")
    return " ".join(words)


def _dump_condition(condition: Condition) -> str:
    return f"{condition.reading}{_SIGNS[condition.side]}{_short(condition.level)}"


def _dump_state(state: OwnState) -> str:
    words = [_dump_instant(state.made)]
    if state.firing:
        words.append("f")
    if any(state.beyond):
        words.append("b" + "".join(str(i) for i, beyond in enumerate(state.beyond) if beyond))
    if state.since is not None:
        words.append(f"@{_dump_instant(state.since)}")
    if state.due is not None:
        words.append(f"+{_dump_instant(state.due)}")
    if state.further is not None:
        words.append(f"^{_short(state.further)}")
    return " ".join(words)


def _load_rule(text: str) -> OwnRule:
    asked, *words = text.split(" ")
    options = {word[:1]: word[1:] for word in words}
    return OwnRule(
        tuple(map(_load_condition, asked.split("&"))),
        once="o" in options,
        remind=timedelta(seconds=int(options["r"])) if "r" in options else None,
        step=float(options["s"]) if "s" in options else None,
        hold=timedelta(seconds=int(options["h"])) if "h" in options else None,
        until=date.fromisoformat(options["u"]) if "u" in options else None,
    )


def _load_condition(text: str) -> Condition:
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise ValueError("not a condition")
    indicator, amount, span, sign, level = match.groups()
    window = Window(int(amount), _SPANS[span]) if amount else None
    return Condition(indicator, _SIDES[sign], float(level), window)


def _load_state(text: str, conditions: int) -> OwnState:
    made, *words = text.split(" ")
    known = {word[:1]: word[1:] for word in words}
    beyond = known.get("b", "")
    return OwnState(
        made=_load_instant(made),
        beyond=tuple(str(index) in beyond for index in range(conditions)),
        firing="f" in known,
        since=_load_instant(known["@"]) if "@" in known else None,
        due=_load_instant(known["+"]) if "+" in known else None,
        further=float(known["^"]) if "^" in known else None,
    )


def _short(value: float) -> str:
    return repr(float(value)).removesuffix(".0")


def _seconds(span: timedelta) -> int:
    return round(span.total_seconds())


def _dump_instant(instant: datetime) -> str:
    seconds, digits = int(instant.timestamp()), ""
    while seconds:
        seconds, digit = divmod(seconds, len(DIGITS))
        digits = DIGITS[digit] + digits
    return digits or "0"


def _load_instant(text: str) -> datetime:
    return datetime.fromtimestamp(int(text, len(DIGITS)), UTC)
