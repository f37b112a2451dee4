"""The rule `phase`: each finished day has one, and a new one is told once it has held two days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot import board, messages, rules
from bot.calendar import is_session
from bot.evaluation.presets import Trails, state_on
from bot.language import in_every_language
from bot.measures import Measures
from bot.model import (
    Alert,
    Course,
    GateState,
    Indicator,
    Kind,
    Phase,
    Point,
    RuleState,
    Status,
)

PHASE = "phase"
"""The id of the rule, and its topic."""
HELD_DAYS = 2
BREAKOUT, ALTSEASON, BITCOIN_SEASON = "russell_breakout", "altseason", "bitcoin_season"
SEASON = board.SEASON.indicator
DOMINANCE = board.DOMINANCE.indicator
SERIES = frozenset({"russell_2000", SEASON, DOMINANCE})
"""What the phase of a day rests on."""
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Turn:
    """A new phase that has held, with the number that made it."""

    was: Phase
    phase: Phase
    since: date
    day: date
    """The second day of it, on which it is told."""
    indicator: Indicator
    point: Point
    level: float | None


@dataclass(frozen=True, slots=True)
class Days:
    """What the phase of a finished day rests on."""

    measures: Measures
    indicators: Mapping[str, Indicator]
    before: Mapping[str, RuleState]
    """The rules' states before this evaluation, and `trails` from there on."""
    trails: Trails
    now: datetime

    def season(self, after: date | None) -> list[Point]:
        """The index's days that are not judged yet: those are the days that have a phase."""
        points = self.measures.points(self.indicators[SEASON], self.now, after)
        return points if after is not None else points[-1:]

    def firing(self, rule: str, day: date) -> bool | None:
        """Whether a rule was in an episode at the end of a day; None if that is not known."""
        state = self._state(rule, day)
        return None if state is None else board.firing(rules.thaw(state))

    def small_caps(self, day: date) -> GateState | None:
        """The gate at the end of a day; None while its close may still come."""
        russell = self.indicators.get("russell_2000")
        state = self._state(BREAKOUT, day)
        if russell is None or state is None or state.record is None:
            return GateState.UNKNOWN
        session = day
        while not is_session(session):
            session -= _A_DAY
        last = self._last(russell)
        if last is None or last < session:
            return GateState.UNKNOWN if self.measures.late(russell, self.now) else None
        return GateState.ON if board.leads(state, day) else GateState.OFF

    def dominance(self, day: date) -> Point | GateState | None:
        """The day's value; None while it may still come, `unknown` when it will not."""
        indicator = self.indicators.get(DOMINANCE)
        if indicator is None:
            return GateState.UNKNOWN
        points = self.measures.points(indicator, self.now, day - _A_DAY)
        if points and points[0].day == day:
            return points[0]
        missed = bool(points) or self._last(indicator) is None
        missed = missed or self.measures.late(indicator, self.now)
        return GateState.UNKNOWN if missed else None

    def _last(self, indicator: Indicator) -> date | None:
        vendors = self.measures.first_vendors(indicator)
        if vendors is None:
            return None
        return self.measures.book.last_final(indicator.series[0], vendors[0], self.now)

    def _state(self, rule: str, day: date) -> RuleState | None:
        seen = [state for last, state in self.trails.get(rule, ()) if last <= day]
        if seen:
            return seen[-1]
        state = self.before.get(rule)
        if state is None or state.last_day is None or state.last_day <= day:
            return state
        # The rule has gone on while another series kept the phase of this day waiting.
        found = ((i, r) for i in self.indicators.values() for r in i.rules if r.id == rule)
        indicator, watching = next(found)
        return state_on(self.measures, indicator, watching, day, self.now)


def follow(
    measures: Measures,
    indicators: Sequence[Indicator],
    before: Mapping[str, RuleState],
    states: dict[str, RuleState],
    trails: Trails,
    *,
    now: datetime,
) -> list[Turn]:
    """Judge each day that is over and was not judged yet, in order."""
    days = Days(measures, {each.key: each for each in indicators}, before, trails, now)
    if SEASON not in days.indicators:
        return []
    turns = []
    state = states.get(PHASE)
    for season in days.season(None if state is None else state.last_day):
        found = _decided(days, season)
        if found is None:
            break
        phase, point, level = found
        was = None if state is None or state.course is None else state.course.told
        state = step(state, season.day, phase)
        if state is None or state.course is None:
            continue
        told = state.course.told
        states[PHASE] = state
        if was is not None and told is not was:
            indicator = days.indicators[SEASON if point is season else DOMINANCE]
            since = state.since or season.day
            turns.append(Turn(was, phase, since, season.day, indicator, point, level))
    return turns


def step(state: RuleState | None, day: date, phase: Phase) -> RuleState | None:
    """One more finished day: the first known phase is silent, an unknown one changes nothing.

    The days on which a new phase holds must follow each other.
    """
    if state is None or state.course is None:
        if phase is Phase.UNKNOWN:
            return None
        begun = RuleState(Status.NORMAL, since=day, last_day=day, streak=1, tentative=False)
        return replace(begun, course=Course(phase, phase))
    if phase is Phase.UNKNOWN:
        return replace(state, last_day=day, streak=0)
    goes_on = phase is state.course.seen and state.last_day == day - _A_DAY
    streak = state.streak + 1 if goes_on else 1
    told = state.course.told
    state = replace(state, last_day=day, streak=streak, course=replace(state.course, seen=phase))
    if phase is told or streak < HELD_DAYS:
        return state
    first = day - (HELD_DAYS - 1) * _A_DAY
    return replace(state, since=first, episode=day, course=Course(phase, phase))


def _decided(days: Days, season: Point) -> tuple[Phase, Point, float | None] | None:
    """A day's phase with the value and level behind it; None while that cannot be said yet."""
    altseason = days.firing(ALTSEASON, season.day)
    bitcoin_season = days.firing(BITCOIN_SEASON, season.day)
    small_caps: GateState | None = GateState.UNKNOWN
    gate: GateState | None = GateState.UNKNOWN
    point, level = season, board.SEASON.level if altseason else None
    if not altseason:
        small_caps = days.small_caps(season.day)
    if small_caps is GateState.ON:
        value = days.dominance(season.day)
        if isinstance(value, Point):
            point, level = value, board.DOMINANCE.level
            is_open = board.opens(board.DOMINANCE, value.value)
            gate = GateState.ON if is_open else GateState.OFF
        else:
            gate = value
    if small_caps is None or gate is None:
        return None
    reached = board.phase(small_caps, gate, altseason=altseason, bitcoin_season=bitcoin_season)
    return reached, point, level


def alert(turn: Turn, look: board.Look, now: datetime) -> Alert:
    """The alert of a new phase."""
    return Alert(
        id=f"{PHASE}:{turn.day}:{Kind.FIRED}",
        rule=PHASE,
        topic=PHASE,
        kind=Kind.FIRED,
        indicator=turn.indicator.key,
        value=turn.point.value,
        level=turn.level,
        unit=turn.indicator.unit,
        vendor=turn.point.vendor,
        as_of=turn.point.as_of,
        day=turn.day,
        decided_at=now,
        message=in_every_language(
            lambda: messages.phase_turn(
                turn.was,
                turn.phase,
                turn.since,
                indicator=turn.indicator,
                point=turn.point,
                shown=look(),
            )
        ),
    )
