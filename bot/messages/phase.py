"""What we say when the phase of the rotation changes."""

from datetime import date

from bot.language import N_, _
from bot.messages.board import missing_lines, phase_text
from bot.model import Board, Indicator, Message, Phase, Point, Tone
from bot.wording import day_text, moment_text, number

MEANINGS = {
    Phase.ALTSEASON: N_(
        "The Altcoin Season Index says altseason: three in four large altcoins have beaten Bitcoin."
    ),
    Phase.ROTATION: N_(
        "Small caps have broken out and Bitcoin dominance is below its level: the leader has "
        "fired, and the first confirmation is there."
    ),
    Phase.WARMING_UP: N_(
        "Small caps have broken out and Bitcoin dominance has not followed: the leader has fired "
        "alone."
    ),
    Phase.BITCOIN_SEASON: N_("No breakout of small caps leads, and few altcoins beat Bitcoin."),
    Phase.WAITING: N_("No breakout of small caps leads, and neither season holds."),
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
    title = _("Phase: {phase}, was {before}")
    held = _("It has held since {day}. {title} {value}.")
    source = _("Source: {vendor}, value of {day} (as of {as_of}).")
    return Message(
        title.format(phase=phase_text(phase), before=phase_text(was)),
        (
            _(MEANINGS[phase]),
            held.format(
                day=day_text(since),
                title=_(indicator.title),
                value=number(point.value, indicator.unit),
            ),
            source.format(
                vendor=point.vendor, day=day_text(point.day), as_of=moment_text(point.as_of)
            ),
            *missing_lines(shown),
        ),
        "phase · fired",
        TONES.get(phase, Tone.NEUTRAL),
    )
