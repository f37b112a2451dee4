"""Time zones by their IANA names, and by their cities alone."""

import difflib
import functools
from collections.abc import Sequence
from datetime import datetime
from importlib import resources

from bot.commands import UserError
from bot.language import _
from bot.manners import known_zone

MOST_SUGGESTED = 3
ALIKE = 0.6
"""How alike a name must be to be worth asking back for, on difflib's scale from 0 to 1."""
NO_PLACE = frozenset({"Factory"})
"""What the database calls the time of a clock that nobody has set."""


@functools.cache
def zones() -> tuple[str, ...]:
    """Every name there is; those that stand for a place of today come first.

    The tzdata package lists them, and its zone.tab names those with a place: country code,
    coordinates, name.
    """
    folder = resources.files("tzdata")
    every = folder.joinpath("zones").read_text(encoding="utf-8").split()
    table = folder.joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    placed = {row.split("\t")[2] for row in table.splitlines() if row and row[0] != "#"}
    known = [name for name in every if name not in NO_PLACE]
    return tuple(sorted(known, key=lambda name: (name not in placed, name)))


def zone_named(typed: str) -> str:
    """The zone of this name in any spelling, or of this city: europe/berlin, Berlin, new york."""
    wanted = _plain(typed)
    by_name = {_plain(name): name for name in zones()}
    # The first that has a city keeps it: what comes later are other names of the same.
    by_city = {_city(name): name for name in reversed(zones())}
    found = by_name.get(wanted) or by_city.get(wanted)
    if found is None:
        raise UserError(_unknown(typed, [*by_city, *by_name], by_city | by_name))
    return found


def moment_there(moment: datetime, zone: str) -> str:
    """An instant as a clock in the zone shows it: 2026-11-30 13:00 Europe/Berlin.

    Where clocks show the same twice that night, the offset from UTC says which is meant.
    """
    there = moment.astimezone(known_zone(zone))
    twice = there.utcoffset() != there.replace(fold=1 - there.fold).utcoffset()
    which = f", UTC{there:%z}" if twice else ""
    return f"{there:%Y-%m-%d %H:%M} {zone}{which}"


def _plain(name: str) -> str:
    return "_".join(name.casefold().replace("_", " ").replace("-", " ").split())


def _city(name: str) -> str:
    return _plain(name.rsplit("/", 1)[-1])


def _unknown(typed: str, names: Sequence[str], zones_by_name: dict[str, str]) -> str:
    wanted = _plain(typed)
    if any(letter.isdecimal() for letter in wanted):
        # UTC+2 is no place, and the names that look like it mean the opposite.
        names = ()
    near = difflib.get_close_matches(wanted, names, n=2 * MOST_SUGGESTED, cutoff=ALIKE)
    begun = [name for name in names if len(wanted) > 1 and name.startswith(wanted)]
    meant = dict.fromkeys(zones_by_name[name] for name in (*begun, *near))
    said = _("There is no time zone {typed}.").format(typed=typed[:32])
    if meant:
        nearest = ", ".join([*meant][:MOST_SUGGESTED])
        return f"{said} " + _("Did you mean one of these: {nearest}?").format(nearest=nearest)
    return f"{said} " + _("Name a large city near you, such as /settings zone Berlin.")
