"""What can be pressed under a message: each button says a command."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from bot.board import DOMINANCE, SEASON, missing
from bot.language import N_, _, speaking
from bot.model import Alert, Board, Button, Gate, GateState, Kind, Message, OwnRule
from bot.recorded import corrected_id

LONGEST_COMMAND_BYTES = 54
"""Platforms carry no more of it for us."""
HEALTH = "health"
TOLD_ONCE = ("breakout_follow_up",)
"""Rules that have nothing more to say, so that nobody needs to silence them."""
READ_BY_GATE = {
    "small_caps": "russell_2000",
    DOMINANCE.name: DOMINANCE.indicator,
    "etf_flows": "btc_etf_flow_20",
    SEASON.name: SEASON.indicator,
    "liquidity": "fed_assets_change_13w",
}
"""Gate of the board -> the indicator whose value it shows."""

WHY, CHART, SNOOZE = N_("Why"), N_("Chart"), N_("Snooze")
MUTE_TOPIC, SOURCES, DELETE = N_("Mute topic"), N_("Sources"), N_("Delete")
BOARD, STATUS, REFRESH = N_("Board"), N_("Status"), N_("Refresh")

Said = tuple[str, str]
"""A label in English, and what its button says."""


def with_alert_buttons(alert: Alert) -> Alert:
    """The alert with what can be asked and done about it."""
    said = _health(alert) if alert.topic == HEALTH else _about(alert)
    return replace(alert, message=_pressable(alert.message, said))


def with_own_buttons(message: Message, number: int, rule: OwnRule) -> Message:
    """What an alert of one's own says, with what can be done about it; `number` is the alert's."""
    said = [(CHART, f"/chart {rule.conditions[0].indicator}")]
    if not rule.once:
        said += [(SNOOZE, f"/mute {number}"), (DELETE, f"/unalert {number}")]
    return _pressable(message, said)


def topic_toggles(topics: Iterable[str], heard: Collection[str]) -> tuple[Button, ...]:
    """A button for each topic, which adds it or takes it away and shows all of them again."""
    return tuple(
        Button(f"✓ {topic}", f"/unsubscribe {topic}", replaces=True)
        if topic in heard
        else Button(f"+ {topic}", f"/subscribe {topic}", replaces=True)
        for topic in topics
    )


def board_buttons() -> tuple[Button, ...]:
    """What stands under the board; a pinned one must not lose them when it is edited."""
    return (Button(_(REFRESH), "/board", replaces=True), Button(_(STATUS), "/status"))


def status_buttons(shown: Board) -> tuple[Button, ...]:
    """The board, and a chart of what is nearest to change."""
    board = Button(_(BOARD), "/board")
    gate = _nearest(shown)
    if gate is None:
        return (board,)
    label = _("Chart: {title}").format(title=_(gate.title))
    return (board, Button(label, f"/chart {READ_BY_GATE[gate.name]}"))


def _nearest(shown: Board) -> Gate | None:
    """The shut gate that is nearest to opening, if anything of it is known."""
    known = (gate for gate in missing(shown) if gate.state is GateState.OFF)
    return next((gate for gate in known if gate.name in READ_BY_GATE), None)


def _about(alert: Alert) -> list[Said]:
    # What is found late, or corrected, is explained with the alert that it is about.
    happened = corrected_id(alert).removesuffix(f":{Kind.LATE}")
    said = [(WHY, f"/why {happened}"), (CHART, f"/chart {alert.indicator}")]
    if alert.rule not in TOLD_ONCE:
        said.append((SNOOZE, f"/mute {alert.rule}"))
    return [*said, (MUTE_TOPIC, f"/mute {alert.topic} always")]


def _health(alert: Alert) -> list[Said]:
    return [(SOURCES, f"/sources {alert.indicator}"), (SNOOZE, f"/mute {alert.rule}")]


def _pressable(message: Message, said: Iterable[Said]) -> Message:
    """The message in each of its languages with buttons in that language."""
    fitting = [each for each in said if len(each[1].encode()) <= LONGEST_COMMAND_BYTES]

    def labelled(it: Message) -> Message:
        return replace(it, buttons=tuple(Button(_(label), text) for label, text in fitting))

    others = tuple((code, _spoken(code, labelled, it)) for code, it in message.translations)
    return replace(_spoken("en", labelled, message), translations=others)


def _spoken(code: str, labelled: Callable[[Message], Message], message: Message) -> Message:
    with speaking(code):
        return labelled(message)
