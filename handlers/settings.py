"""/settings: how this chat wants to be told, each thing with what there is to choose."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bot.commands import Command, Request, Services
from bot.language import ENGLISH, LANGUAGES, N_, _, speaking
from bot.manners import OWN, known_zone
from bot.model import DEFAULT_PREFERENCES, Button, Message, Preferences, QuietHours, Tone
from bot.ports import Option
from bot.wishes.buttons import pick, undo
from bot.wishes.hours import digest_said, quiet_typed
from bot.wishes.mutes import in_force
from bot.wishes.releasing import let_go
from bot.wishes.settings import SETTINGS, URGENT, Setting, changed, setting_named
from bot.wishes.zones import zones

TITLES = {
    "zone": N_("Time zone"),
    "quiet": N_("Quiet hours"),
    "urgent": N_("Urgent"),
    "digest": N_("Digest"),
    "language": N_("Language"),
}
ASKED = {
    "zone": N_("Name your city, such as /settings zone Berlin, or take one of these."),
    "quiet": N_("Alerts wait while it is quiet, and come together afterwards. For other hours "
                "write them, such as /settings quiet 21:30-06:00."),
    "urgent": N_("What is urgent is told in quiet hours too; “own” stands for your own alerts."),
    "digest": N_("A digest says what moved, what is near and what went blind. For another time "
                 "write it, such as /settings digest weekly friday 18:00."),
    "language": N_("In which language shall I speak here?"),
}  # fmt: skip
CITIES = (
    "America/New_York",
    "America/Sao_Paulo",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Istanbul",
    "Europe/Moscow",
    "Asia/Kolkata",
    "Asia/Tokyo",
)
QUIET = ("22:00-07:00", "23:00-08:00")
DIGESTS = (
    ("daily 08:00", N_("Every day 08:00")),
    ("weekly monday 08:00", N_("Monday 08:00")),
)
HOLDING = ("zone", "quiet", "urgent")
"""What decides whether alerts are held back."""
ON = "✓ "


def _changes(arguments: Sequence[str]) -> bool:
    """A setting alone asks what there is to choose from; a value behind it sets it."""
    return len(arguments) > 1


async def run(request: Request, services: Services) -> Message:
    """Show all that is set, what there is to choose for one thing, or what is set now."""
    stored = await services.preferences.of(request.chat)
    if not request.arguments:
        return _all(stored, request)
    setting = setting_named(request.arguments[0])
    if len(request.arguments) == 1:
        return _choice(setting, stored, request)
    now_set = await services.preferences.change(
        request.chat, lambda before: changed(request.arguments, before)
    )
    spoken = now_set.language or request.preferences.language
    if not now_set.language and stored.language:
        # What the app says is not known here while something else is set.
        request = replace(request, preferences=replace(request.preferences, language=""))
    with speaking(spoken):
        # Also where it was so before: whoever was cut off between the two asks again.
        came = await let_go(request, services) if setting.name in HOLDING else ()
        return _answer(setting, stored, now_set, request, came)


def _all(stored: Preferences, request: Request) -> Message:
    muted = len(in_force(stored, request.now))
    lines = [_line(setting.name, stored, request) for setting in SETTINGS]
    shown = _("{count}; /mute shows them").format(count=muted) if muted else _("nothing")
    lines.append(_("Muted: {what}").format(what=shown))
    return Message(
        _("Settings of this chat"),
        tuple(lines),
        _("/settings quiet 22:00-07:00, say, sets one; /settings quiet shows what to choose from"),
        buttons=tuple(pick(_(TITLES[each.name]), f"/settings {each.name}") for each in SETTINGS),
    )


def _line(name: str, stored: Preferences, request: Request) -> str:
    """One setting with what it is now."""
    return f"{_(TITLES[name])}: {_now(name, stored, request)}"


def _now(name: str, stored: Preferences, request: Request) -> str:
    match name:
        case "zone":
            there = request.now.astimezone(known_zone(stored.zone))
            return _("{zone}, where it is {time} now").format(
                zone=stored.zone, time=f"{there:%H:%M}"
            )
        case "quiet":
            return quiet_typed(stored.quiet) if stored.quiet else _("none")
        case "urgent":
            return ", ".join(stored.urgent) or _("nothing")
        case "digest":
            return digest_said(stored.digest) if stored.digest else _("none")
    return _language_now(stored, request)


def _language_now(stored: Preferences, request: Request) -> str:
    if stored.language in LANGUAGES:
        return LANGUAGES[stored.language]
    if request.preferences.language in LANGUAGES:
        language = LANGUAGES[request.preferences.language]
        return _("{language}, as your app says").format(language=language)
    return _("as your app says, or else {language}").format(language=LANGUAGES[ENGLISH])


def _choice(setting: Setting, stored: Preferences, request: Request) -> Message:
    """What there is to choose for a setting."""
    return Message(
        _line(setting.name, stored, request),
        (_(ASKED[setting.name]),),
        buttons=(*_buttons(setting, stored), _back()),
    )


def _buttons(setting: Setting, stored: Preferences) -> tuple[Button, ...]:
    match setting.name:
        case "zone":
            choices = [(zone, zone.rsplit("/", 1)[-1].replace("_", " ")) for zone in CITIES]
        case "quiet":
            choices = [("off", _("Off")), *((hours, hours) for hours in QUIET)]
        case "urgent":
            return _toggles(stored)
        case "digest":
            choices = [("off", _("Off")), *((when, _(label)) for when, label in DIGESTS)]
        case _:
            choices = [("off", _("As my app")), *LANGUAGES.items()]
    now = setting.write(stored)
    return tuple(
        pick(f"{ON if value == now else ''}{label}", f"/settings {setting.name} {value}")
        for value, label in choices
    )


def _toggles(stored: Preferences) -> tuple[Button, ...]:
    """A button for each topic that makes it urgent, or no longer so."""
    each = (
        pick(f"{ON}{name}", f"/settings urgent -{name}")
        if name in stored.urgent
        else pick(name, f"/settings urgent +{name}")
        for name in URGENT
    )
    return (
        *each,
        pick(_("All"), "/settings urgent all"),
        pick(_("Nothing"), "/settings urgent off"),
    )


def _back() -> Button:
    return pick(_("All settings"), "/settings")


def _answer(
    setting: Setting,
    before: Preferences,
    now_set: Preferences,
    request: Request,
    came: Sequence[str],
) -> Message:
    back = undo(setting.typed(before)) if before != now_set else ()
    choices = _toggles(now_set) if setting.name == "urgent" else ()
    return Message(
        _line(setting.name, now_set, request),
        (*_explained(setting, now_set, request), *came),
        tone=Tone.GOOD,
        buttons=(*choices, *back, _back()),
    )


def _explained(setting: Setting, now_set: Preferences, request: Request) -> tuple[str, ...]:
    """What follows from what is set now."""
    match setting.name:
        case "zone":
            return _of_the_zone(now_set, request)
        case "quiet":
            return _of_the_quiet(now_set)
        case "urgent":
            return _of_the_urgent(now_set)
        case "digest" if now_set.digest:
            return (_("By the clocks of {zone}.").format(zone=now_set.zone), *_no_zone(now_set))
    return ()


def _of_the_zone(now_set: Preferences, request: Request) -> tuple[str, ...]:
    lines = []
    if now_set.quiet:
        lines.append(
            _("Quiet hours stay {hours} there, which today is {utc} UTC.").format(
                hours=quiet_typed(now_set.quiet), utc=_in_utc(now_set.quiet, now_set.zone, request)
            )
        )
    if now_set.digest:
        when = digest_said(now_set.digest)
        lines.append(_("The digest comes {when} there.").format(when=when))
    return tuple(lines)


def _in_utc(quiet: QuietHours, zone: str, request: Request) -> str:
    """Today's quiet hours as clocks in UTC show them."""
    there = known_zone(zone)
    today = request.now.astimezone(there).date()
    ends = [datetime.combine(today, at, there).astimezone(UTC) for at in (quiet.begin, quiet.end)]
    return "-".join(f"{end:%H:%M}" for end in ends)


def _of_the_quiet(now_set: Preferences) -> tuple[str, ...]:
    if now_set.quiet is None:
        return (_("Alerts come at any time of day."),)
    hours = _("By the clocks of {zone}; what comes meanwhile arrives together afterwards.")
    through = ", ".join(now_set.urgent)
    urgent = (
        _("Told all the same: {topics}.").format(topics=through)
        if through
        else _("Nothing is told in these hours; /settings urgent breakout, say, lets that through.")
    )
    return (hours.format(zone=now_set.zone), urgent, *_no_zone(now_set))


def _of_the_urgent(now_set: Preferences) -> tuple[str, ...]:
    own = _("“{own}” stands for your own alerts.").format(own=OWN)
    if now_set.quiet is None:
        return (own, _("That matters once there are quiet hours: /settings quiet 22:00-07:00."))
    hours = _("What is urgent is told from {begin} to {end} too.").format(
        begin=f"{now_set.quiet.begin:%H:%M}", end=f"{now_set.quiet.end:%H:%M}"
    )
    return (hours, own)


def _no_zone(now_set: Preferences) -> tuple[str, ...]:
    """A hint for whoever has not said where they live."""
    if now_set.zone != DEFAULT_PREFERENCES.zone:
        return ()
    return (_("If yours show another time: /settings zone Berlin, say."),)


async def _suggest(_option: str, request: Request, _services: Services) -> Sequence[str]:
    """What may be typed as a value; where a city has a space, so have those suggested."""
    spaced = len(request.arguments) > 1
    named = [zone.replace("_", " ") if spaced else zone for zone in zones()]
    return ("off", "all", *QUIET, *(when for when, label in DIGESTS), *LANGUAGES.values(),
            *URGENT, *named)  # fmt: skip


COMMAND = Command(
    "settings",
    N_("Time zone, quiet hours, urgent topics, digest and language of this chat"),
    run,
    usage=N_("[what] [value]"),
    options=(
        Option("what", N_("What to set; leave empty to see all"), tuple(s.name for s in SETTINGS)),
        Option("value", N_("Such as Berlin, 22:00-07:00, daily 08:00, off"), suggests=True),
    ),
    changes=_changes,
    suggest=_suggest,
)
