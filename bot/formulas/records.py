"""How far a close is from the highest close before it."""

from collections.abc import Sequence

from bot.formulas.changes import in_percent
from bot.formulas.words import day_text
from bot.model import Measure, Point


def distance_to_record(closes: Sequence[Point]) -> list[Measure]:
    """100 * (close / highest earlier close - 1): below 0 under the record, above 0 beyond it.

    A record that is only equalled keeps its first day.
    """
    measures = []
    record, note = 0.0, ""
    for close in closes:
        if note:
            measures.append(Measure(close.day, in_percent(close.value, record), note))
        if close.value > record:
            record, note = close.value, f"record close {close.value:,.2f} of {day_text(close.day)}"
    return measures
