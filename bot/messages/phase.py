"""What we say when the phase of the rotation changes."""

from datetime import date

from bot.messages.board import PHASES, missing_lines
from bot.model import Board, Indicator, Message, Phase, Point, Tone
from bot.wording import day_text, moment_text, number

MEANINGS = {
    Phase.ALTSEASON: "The Altcoin Season Index says altseason: three in four large altcoins have "
    "beaten Bitcoin.",
    Phase.ROTATION: "Small caps have broken out and Bitcoin dominance is below its level: the "
    "leader has fired, and the first confirmation is there.",
    Phase.WARMING_UP: "Small caps have broken out and Bitcoin dominance has not followed: the "
    "leader has fired alone.",
    Phase.BITCOIN_SEASON: "No breakout of small caps leads, and few altcoins beat Bitcoin.",
    Phase.WAITING: "No breakout of small caps leads, and neither season holds.",
}
TONES = {
    Phase.ALTSEASON: Tone.GOOD,
    Phase.ROTATION: Tone.GOOD,
    Phase.BITCOIN_SEASON: Tone.BAD,
}


def phase_turn(
    was: Phase, phase: Phase, since: date, *, indicator: Indicator, point: Point, shown: Board
) -> Message:
    """A new phase that has held for two days, with the value that it rests on."""
    value = number(point.value, indicator.unit)
    return Message(
        f"Phase: {PHASES[phase]}, was {PHASES[was]}",
        (
            MEANINGS[phase],
            f"It has held since {day_text(since)}. {indicator.title} {value}.",
            f"Source: {point.vendor}, value of {day_text(point.day)} "
            f"(as of {moment_text(point.as_of)}).",
            *missing_lines(shown),
        ),
        "phase · fired",
        TONES.get(phase, Tone.NEUTRAL),
    )
