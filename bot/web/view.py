"""The page's texts: what stands where, in the words that chats read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from bot import board, explained, recorded
from bot.messages.board import PHASES, divergence_line, phase_text
from bot.messages.board_screen import SIGNS, clock_text, held_text
from bot.messages.status import GATE_STATES, rule_line, value_text
from bot.messages.turns import turns
from bot.model import Board, Gate, GateState, Kind, Phase, Reading, Tone
from bot.outlook import overall
from bot.recorded import Numbered
from bot.web.chart import Drawing, drawing
from bot.web.site import Site
from bot.web.sparkline import Sparkline
from bot.web.told import Teller, tellers
from bot.wording import age_text, gap, level_text, number

MOST_ALERTS = 20
LADDER = (
    Phase.BITCOIN_SEASON, Phase.WAITING, Phase.WARMING_UP, Phase.ROTATION, Phase.ALTSEASON,
)  # fmt: skip
"""The phases from Bitcoin's side to that of the altcoins."""


@dataclass(frozen=True, slots=True)
class Rung:
    """A phase of the ladder."""

    name: str
    is_present: bool


@dataclass(frozen=True, slots=True)
class GateView:
    """A gate in words; without a value its texts are empty, and `why` says why."""

    title: str
    state: GateState
    sign: str
    state_text: str
    why: str
    value: str = ""
    against: str = ""
    away: str = ""
    vendor: str = ""
    age: str = ""
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class NumberView:
    """An indicator in words."""

    key: str
    title: str
    value: str
    vendor: str
    age: str
    as_of: datetime
    state: str
    marks: tuple[str, ...]
    """What makes the value less than a first vendor's word of a day that is over."""
    note: str
    rules: tuple[str, ...]
    sparkline: Sparkline | None


@dataclass(frozen=True, slots=True)
class Subject:
    """Numbers under one heading."""

    title: str
    numbers: tuple[NumberView, ...]


@dataclass(frozen=True, slots=True)
class AlertView:
    """A recorded alert with its why."""

    id: str
    title: str
    tone: Tone
    topic: str
    what: str
    decided_at: datetime
    updated_at: datetime
    """When it was decided, or last corrected."""
    said: tuple[str, ...]
    why: tuple[str, ...]
    corrects: str
    """The id of the alert that it corrects; empty for any other."""
    is_withdrawn: bool
    """By itself or by a later correction."""
    is_late: bool
    """Found after it had been news."""


@dataclass(frozen=True, slots=True)
class Page:
    """Everything the page says."""

    phase: str
    ladder: tuple[Rung, ...]
    held: str
    clock: str
    divergence: str
    gates: tuple[GateView, ...]
    turns: tuple[str, ...]
    as_of: datetime
    leader: Drawing | None
    leader_words: str
    subjects: tuple[Subject, ...]
    missing: tuple[tuple[str, tuple[str, ...]], ...]
    """Why there is no value, and the numbers that lack one for that reason."""
    alerts: tuple[AlertView, ...]
    older: int
    notices: tuple[str, ...]
    tellers: tuple[Teller, ...]


def page(site: Site) -> Page:
    """The page of a site."""
    snapshot, shown = site.snapshot, site.snapshot.board
    leader = site.drawn.leader
    return Page(
        phase=phase_text(shown.phase),
        ladder=tuple(Rung(PHASES[each], each is shown.phase) for each in LADDER),
        held=held_text(shown.phase, snapshot.held),
        clock=clock_text(shown),
        divergence=divergence_line(shown) or "",
        gates=tuple(_gate(gate, shown) for gate in board.nearest_first(shown)),
        turns=tuple(line.removeprefix("– ") for line in turns(snapshot)),
        as_of=shown.as_of,
        leader=drawing(leader.sheet) if leader else None,
        leader_words=leader.words if leader else "",
        subjects=tuple(_subjects(site)),
        missing=tuple(_missing(snapshot.missing)),
        alerts=tuple(_alert(each, site) for each in site.alerts[:MOST_ALERTS]),
        older=max(0, len(site.alerts) - MOST_ALERTS),
        notices=snapshot.notices,
        tellers=tuple(tellers(site.sources)),
    )


def _gate(gate: Gate, shown: Board) -> GateView:
    view = GateView(gate.title, gate.state, SIGNS[gate.state], GATE_STATES[gate.state], gate.why)
    if gate.value is None or gate.unit is None or gate.as_of is None:
        return view
    is_shut = gate.state is GateState.OFF and gate.distance is not None and gate.distance != 0
    return GateView(
        view.title, view.state, view.sign, view.state_text, view.why,
        value=number(gate.value, gate.unit),
        against="" if gate.level is None else level_text(gate.level, gate.unit),
        away=gap(gate.distance, gate.unit) if is_shut and gate.distance is not None else "",
        vendor=gate.vendor,
        age=age_text(shown.as_of - gate.as_of),
        as_of=gate.as_of,
    )  # fmt: skip


def _missing(titles: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for reason in dict.fromkeys(titles.values()):
        yield reason, tuple(title for title, why in titles.items() if why == reason)


def _subjects(site: Site) -> Iterator[Subject]:
    snapshot = site.snapshot
    subjects = snapshot.subjects
    by_subject = groupby(snapshot.readings, key=lambda each: subjects.get(each.indicator, ""))
    for subject, readings in by_subject:
        numbers = tuple(_number(reading, site) for reading in readings)
        yield Subject(subject, numbers)


def _number(reading: Reading, site: Site) -> NumberView:
    snapshot = site.snapshot
    views = snapshot.rules[reading.indicator]
    return NumberView(
        key=reading.indicator,
        title=reading.title,
        value=value_text(reading),
        vendor=reading.vendor,
        age=age_text(snapshot.board.as_of - reading.as_of),
        as_of=reading.as_of,
        state=overall(views, reading),
        marks=tuple(_marks(reading)),
        note=reading.note,
        rules=tuple(rule_line(view, reading) for view in views),
        sparkline=site.drawn.sparklines.get(reading.indicator),
    )


def _marks(reading: Reading) -> Iterator[str]:
    if reading.late:
        yield "late"
    if reading.degraded:
        yield "fallback"
    if not reading.final:
        yield "provisional"


def _alert(each: Numbered, site: Site) -> AlertView:
    alert, indicators = each.alert, site.indicators
    is_correction = alert.kind is Kind.CORRECTED
    why = [
        explained.decided(alert),
        *explained.grounds(alert, indicators),
        *(() if is_correction else explained.since(alert, site.alerts)),
        *explained.again(alert, indicators),
    ]
    newest = (alert, *recorded.corrections(alert, site.alerts))[-1]
    return AlertView(
        id=alert.id,
        title=alert.message.title,
        tone=alert.message.tone,
        topic=alert.topic,
        what=f"{alert.rule} {alert.kind}",
        decided_at=alert.decided_at,
        updated_at=newest.decided_at,
        said=explained.said(alert),
        why=tuple(why),
        corrects=recorded.corrected_id(alert) if is_correction else "",
        is_withdrawn=newest.withdrawn,
        is_late=recorded.found_late(alert),
    )
