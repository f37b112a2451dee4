"""The rooms of the map: which modules stand together, and where a room stands on the picture.

Every module of the program is in one room, and a room imports only from rooms below it.
"""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Room:
    """Modules that a newcomer may think of as one thing; a package stands for all within it."""

    name: str
    what: str
    modules: tuple[str, ...]
    column: float
    """Where its middle stands, from 0.5 at the left to 7.5 at the right."""
    columns: float

    def holds(self, module: str) -> bool:
        """Whether the module stands in this room."""
        return within(module, self.modules)


def within(module: str, packages: tuple[str, ...]) -> bool:
    """Whether a module is one of these, or stands in one."""
    return any(module == each or module.startswith(f"{each}.") for each in packages)


def _room(name: str, what: str, modules: str, column: float, columns: float = 1.0) -> Room:
    """A room of these modules of `bot`; the handlers alone stand beside it."""
    found = [each if each == "handlers" else f"bot.{each}" for each in modules.split()]
    return Room(name, what, tuple(found), column, columns)


ROWS: tuple[tuple[Room, ...], ...] = (
    (
        _room(
            "command line",
            "parses, calls, prints, ends with a code",
            "__main__ cli errands doctor migrating chart_file progress demo",
            4, 3,
        ),
    ),
    (_room("app", "settings in, running parts out", "app parts switches environment", 4, 2),),
    (
        _room("stores", "all that Redis keeps", "stores", 0.55, 1.1),
        _room("adapters", "chat platforms", "adapters", 1.65, 1.1),
        _room("web", "what PORT serves", "web", 2.75, 1.1),
        _room("delivery", "outbox to chats", "delivery", 3.85, 1.1),
        _room("handlers", "chat commands", "handlers router", 4.95, 1.1),
        _room(
            "poller", "asks and commits", "poller replay fetcher intake own_watch heartbeat",
            6.2, 1.4,
        ),
        _room("sources", "providers", "sources", 7.45, 1.1),
    ),
    (
        _room("http", "the one client", "http", 1.65, 1.4),
        _room("vitals", "whether the bot is well", "vitals metrics operator", 3.85, 1.6),
    ),
    (
        _room(
            "wishes",
            "what a chat can ask for",
            "commands wishes packs linking gathering explained as_json",
            4, 1.6,
        ),
        _room("pictures", "when to draw", "pictures", 5.45, 1.2),
        _room(
            "evaluation",
            "what is news, and what to doubt",
            "evaluation corrections doubts divergence",
            7, 1.6,
        ),
    ),
    (
        _room("messages", "alerts and answers in words", "messages digests", 2.7, 1.6),
        _room("charts", "series to PNG", "charts", 4.6, 1.4),
        _room("studies", "questions to the stored past", "studies past outlook", 6.3, 1.5),
    ),
    (_room("own", "alerts of one's own", "own", 3.9, 1.4),),
    (
        _room("rules", "when one fires; the phase", "rules board recorded", 2.8, 1.6),
        _room(
            "indicators",
            "numbers and their formulas",
            "indicators formulas measures book season fund_flows html_tables",
            6.4, 2.2,
        ),
    ),
)  # fmt: skip
"""From the top of the picture to its bottom."""

GROUND = (
    _room(
        "settings", "settings, plug-ins, log", "settings redis_url registry logs holders", 0.8, 1.6
    ),
    _room("catalogue", "series, and when due", "catalogue topics calendar schedule", 2.4, 1.6),
    _room("ports", "what is asked of the outside", "ports manners patience", 4, 1.6),
    _room("language", "how things are said", "language locales wording", 5.6, 1.6),
    _room("model", "the nouns", "model", 7.2, 1.6),
)
"""What everything stands on, so that no arrow is drawn to it."""

ROOMS = tuple(each for row in ROWS for each in row) + GROUND


def files(room: Room) -> list[str]:
    """The room's files and folders as they stand in the checkout, seen from `bot`."""
    found = []
    for each in room.modules:
        path = ROOT.joinpath(*each.split("."))
        name = each.removeprefix("bot.")
        found.append(f"{name}/" if path.is_dir() else f"{name}.py")
    return found


class Homeless(Exception):
    """A module is in no room of the map, or in two; the text is one sentence."""


def room_of(module: str) -> Room:
    """The room in which a module stands; raises Homeless."""
    found = [each for each in ROOMS if each.holds(module)]
    if len(found) != 1:
        raise Homeless(f"{module} must be in one room of tests/import_map/rooms.py.")
    return found[0]
