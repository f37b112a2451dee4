"""What would change the phase, from where the board stands now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot import board
from bot.language import _
from bot.messages.board import phase_text
from bot.messages.rule import BEYOND
from bot.messages.status import away_text, beyond_text
from bot.model import (
    Board,
    Gate,
    GateState,
    Phase,
    Reading,
    RuleView,
    Side,
    Snapshot,
    Status,
)
from bot.wording import day_text, gap, level_text

RUNNING = (Status.FIRING, Status.RECOVERING)


@dataclass(frozen=True, slots=True)
class _Seen:
    board: Board
    gates: Mapping[str, Gate]
    views: Mapping[str, RuleView]
    readings: Mapping[str, Reading]

    def state(self, gate: str) -> GateState:
        """A gate's state; of one that is not there, unknown."""
        found = self.gates.get(gate)
        return GateState.UNKNOWN if found is None else found.state

    def runs(self, rule: str) -> bool | None:
        """Whether a rule is in an episode; None where that cannot be told."""
        view = self.views.get(rule)
        if view is None or view.status is Status.NO_DATA:
            return None
        return view.status in RUNNING

    def then(
        self,
        *,
        small_caps: GateState | None = None,
        dominance: GateState | None = None,
        altseason: bool | None = None,
        bitcoin_season: bool | None = None,
    ) -> str:
        """The phase that these make, with all else as it is."""
        phase = board.phase(
            small_caps or self.state("small_caps"),
            dominance or self.state("dominance"),
            altseason=self.runs("altseason") if altseason is None else altseason,
            bitcoin_season=self.runs("bitcoin_season")
            if bitcoin_season is None
            else bitcoin_season,
        )
        if phase is Phase.UNKNOWN:
            return _("a phase that cannot be told yet")
        return phase_text(phase)


def turns(snapshot: Snapshot) -> tuple[str, ...]:
    """A line for each thing that would change the phase by itself."""
    seen = _Seen(
        snapshot.board,
        {gate.name: gate for gate in snapshot.board.gates},
        {view.rule: view for views in snapshot.rules.values() for view in views},
        {reading.indicator: reading for reading in snapshot.readings},
    )
    match snapshot.board.phase:
        case Phase.ALTSEASON:
            found = [_altseason_ends(seen)]
        case Phase.ROTATION:
            found = [_altseason(seen), _dominance_shuts(seen), *_leader_ends(seen)]
        case Phase.WARMING_UP:
            found = [_dominance_opens(seen), _altseason(seen), *_leader_ends(seen)]
        case Phase.BITCOIN_SEASON:
            found = [_breakout(seen), _bitcoin_season_ends(seen), _altseason(seen)]
        case Phase.WAITING:
            found = [_breakout(seen), _altseason(seen), _bitcoin_season(seen)]
        case Phase.UNKNOWN:
            found = _blind(seen)
    return tuple(f"– {line}" for line in found)


def _crossing(seen: _Seen, rule: str, indicator: str) -> str:
    """The line that a rule waits for, and how far it is; in words alone where it is not known."""
    view, reading = seen.views.get(rule), seen.readings.get(indicator)
    goal = None if view is None else view.recovery_level or view.level
    if view is None or reading is None or goal is None:
        return _("past its level, which I cannot tell now")
    ends = view.recovery_level is not None
    downward = (view.side is Side.BELOW) is not ends
    where = beyond_text(view)
    if ends:
        where = _(BEYOND[Side.BELOW if downward else Side.ABOVE, False])
    level = level_text(goal, reading.unit)
    return f"{where.format(level=level)}{away_text(view, reading, downward=downward)}"


def _altseason(seen: _Seen) -> str:
    return _season_begins(seen, "altseason", seen.then(altseason=True))


def _bitcoin_season(seen: _Seen) -> str:
    return _season_begins(seen, "bitcoin_season", seen.then(bitcoin_season=True))


def _season_begins(seen: _Seen, rule: str, then: str) -> str:
    said = _("{phase}, if the Altcoin Season Index is {where}, two days running")
    return said.format(phase=then, where=_crossing(seen, rule, "altcoin_season_index"))


def _altseason_ends(seen: _Seen) -> str:
    return _season_ends(seen, "altseason", seen.then(altseason=False))


def _bitcoin_season_ends(seen: _Seen) -> str:
    return _season_ends(seen, "bitcoin_season", seen.then(bitcoin_season=False))


def _season_ends(seen: _Seen, rule: str, then: str) -> str:
    said = _("{phase}, if the Altcoin Season Index is {where}")
    return said.format(phase=then, where=_crossing(seen, rule, "altcoin_season_index"))


def _dominance_opens(seen: _Seen) -> str:
    then = seen.then(dominance=GateState.ON)
    gate = seen.gates.get("dominance")
    if gate is None or gate.value is None or gate.level is None or gate.unit is None:
        said = _("{phase}, if Bitcoin dominance is below its level, which I cannot tell now")
        return said.format(phase=then)
    return _("{phase}, if Bitcoin dominance is below {level}, {distance} away").format(
        phase=then,
        level=level_text(gate.level, gate.unit),
        distance=gap(gate.level - gate.value, gate.unit),
    )


def _dominance_shuts(seen: _Seen) -> str:
    then = seen.then(dominance=GateState.OFF)
    gate = seen.gates.get("dominance")
    if gate is None or gate.value is None or gate.level is None or gate.unit is None:
        said = _(
            "{phase}, if Bitcoin dominance is back at or above its level, which I cannot tell now"
        )
        return said.format(phase=then)
    return _("{phase}, if Bitcoin dominance is back at or above {level}, {distance} away").format(
        phase=then,
        level=level_text(gate.level, gate.unit),
        distance=gap(gate.level - gate.value, gate.unit),
    )


def _breakout(seen: _Seen) -> str:
    then = seen.then(small_caps=GateState.ON)
    view = seen.views.get("russell_breakout")
    if view is not None and view.recovery_level is not None:
        return _(
            "{phase}, if the Russell 2000 breaks out anew; first it has to fall a tenth from its "
            "high, as the old breakout still stands"
        ).format(phase=then)
    line = _crossing(seen, "russell_breakout", "russell_2000")
    said = _("{phase}, if the Russell 2000 closes {where}, twice in a row")
    return said.format(phase=then, where=line)


def _leader_ends(seen: _Seen) -> list[str]:
    then = seen.then(small_caps=GateState.OFF)
    line = _crossing(seen, "russell_breakout", "russell_2000")
    fails = _(
        "{phase}, if the Russell 2000 closes {where}, twice in a row: the breakout has failed then"
    )
    found = [fails.format(phase=then, where=line)]
    if seen.board.breakout is not None:
        end = seen.board.breakout + timedelta(days=board.BREAKOUT_LASTS_DAYS)
        ages = _("{phase}, on {day}: the breakout is too old then")
        found.append(ages.format(phase=then, day=day_text(end)))
    return found


def _blind(seen: _Seen) -> list[str]:
    """What cannot be told, of all that the phase rests on."""
    gates = [seen.gates[name] for name in board.DECIDES if name in seen.gates]
    know = _("to know {title}: {why}")
    unknown = [gate for gate in gates if gate.state is GateState.UNKNOWN]
    found = [know.format(title=_(each.title), why=each.why) for each in unknown]
    if seen.runs("altseason") is None or seen.runs("bitcoin_season") is None:
        found.append(_("to know the Altcoin Season Index, by which the seasons are judged"))
    return found or [_("to know more: nothing of it can be told now")]
