"""The nouns of the product, in the order in which the data meets them.

Everything here is an immutable value: it can be compared, stored and replayed. All instants are
time-zone-aware and in UTC; a `date` is the day of a series' own calendar (a New York session, a UTC
day). A bare float is a market value in its series' unit.
"""

from bot.model.alerts import Alert, Chat, Kind, Message, Tone
from bot.model.board import Board, FeedHealth, Gate, GateState, HeldPhase, RuleView, Snapshot
from bot.model.own import Condition, KeptRule, OwnRule, OwnState, Saying, Span, Window
from bot.model.phase import Course, Phase
from bot.model.rules import (
    BreakoutRule,
    Derive,
    Indicator,
    LevelRule,
    Record,
    Rule,
    RuleState,
    Side,
    Status,
    Transition,
)
from bot.model.series import (
    BOTH,
    Bound,
    Cadence,
    Measure,
    Observation,
    Point,
    Reading,
    Series,
    Unit,
)

__all__ = [
    "BOTH",
    "Alert",
    "Board",
    "Bound",
    "BreakoutRule",
    "Cadence",
    "Chat",
    "Condition",
    "Course",
    "Derive",
    "FeedHealth",
    "Gate",
    "GateState",
    "HeldPhase",
    "Indicator",
    "KeptRule",
    "Kind",
    "LevelRule",
    "Measure",
    "Message",
    "Observation",
    "OwnRule",
    "OwnState",
    "Phase",
    "Point",
    "Reading",
    "Record",
    "Rule",
    "RuleState",
    "RuleView",
    "Saying",
    "Series",
    "Side",
    "Snapshot",
    "Span",
    "Status",
    "Tone",
    "Transition",
    "Unit",
    "Window",
]
