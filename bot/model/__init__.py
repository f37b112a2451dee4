"""The nouns of the product, in the order in which the data meets them.

Everything here is an immutable value: it can be compared, stored and replayed. All instants are
time-zone-aware and in UTC; a `date` is the day of a series' own calendar (a New York session, a UTC
day). A bare float is a market value in its series' unit.
"""

from bot.model.alerts import Alert, Chat, Kind
from bot.model.board import Board, FeedHealth, Gate, GateState, HeldPhase, RuleView, Snapshot
from bot.model.messages import Button, Chart, Message, Tone
from bot.model.own import Condition, KeptRule, OwnRule, OwnState, Saying, Span, Window
from bot.model.phase import Course, Phase
from bot.model.preferences import (
    DEFAULT_PREFERENCES,
    DigestTime,
    Mute,
    Preferences,
    QuietHours,
)
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
    "DEFAULT_PREFERENCES",
    "Alert",
    "Board",
    "Bound",
    "BreakoutRule",
    "Button",
    "Cadence",
    "Chart",
    "Chat",
    "Condition",
    "Course",
    "Derive",
    "DigestTime",
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
    "Mute",
    "Observation",
    "OwnRule",
    "OwnState",
    "Phase",
    "Point",
    "Preferences",
    "QuietHours",
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
