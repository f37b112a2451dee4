"""Each thing that /settings sets: how it is typed, and how it is written to be read back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.commands import UserError, chosen_topics, never_heard_of
from bot.language import LANGUAGES, _, known_language
from bot.manners import OWN
from bot.model import DEFAULT_PREFERENCES, Preferences
from bot.topics import TOPICS
from bot.wishes.hours import OFF, digest_time, digest_typed, quiet_hours, quiet_typed
from bot.wishes.zones import zone_named

URGENT = (*TOPICS, OWN)
ALL = frozenset({"all", "everything"})


@dataclass(frozen=True, slots=True)
class Setting:
    """One of the things that a chat can set."""

    name: str
    read: Callable[[str, Preferences], Preferences]
    """What was typed behind its name -> what is then set; raises UserError."""
    write: Callable[[Preferences], str]
    """What is to be typed behind its name to set the same."""
    other_names: tuple[str, ...] = ()

    def typed(self, preferences: Preferences) -> str:
        """The whole command that sets the same."""
        return f"/settings {self.name} {self.write(preferences)}"


def setting_named(typed: str) -> Setting:
    """The setting of this name; raises UserError."""
    for each in SETTINGS:
        if typed in (each.name, *each.other_names):
            return each
    names = [each.name for each in SETTINGS]
    raise never_heard_of(_("setting"), typed, names, listed_by="/settings")


def changed(words: Sequence[str], before: Preferences) -> Preferences:
    """What is set once these words have been said behind /settings; raises UserError."""
    setting = setting_named(words[0])
    value = " ".join(words[1:]).strip(" .,")
    if not value:
        example = setting.typed(before)
        raise UserError(_("What should it be? For example {example}.").format(example=example))
    return setting.read(value, before)


def commands(preferences: Preferences) -> list[str]:
    """The commands that set all that is not as it was at first."""
    return [
        each.typed(preferences)
        for each in SETTINGS
        if each.write(preferences) != each.write(DEFAULT_PREFERENCES)
    ]


def _zone(typed: str, before: Preferences) -> Preferences:
    return replace(before, zone=DEFAULT_PREFERENCES.zone if typed in OFF else zone_named(typed))


def _language(typed: str, before: Preferences) -> Preferences:
    if typed in OFF:
        return replace(before, language="")
    by_name = {name.casefold(): code for code, name in LANGUAGES.items()}
    code = by_name.get(typed.casefold()) or known_language(typed)
    if not code:
        names = [*LANGUAGES.values(), *LANGUAGES]
        raise never_heard_of(_("language"), typed, names, listed_by="/settings language")
    return replace(before, language=code)


def _quiet(typed: str, before: Preferences) -> Preferences:
    return replace(before, quiet=quiet_hours(typed))


def _digest(typed: str, before: Preferences) -> Preferences:
    return replace(before, digest=digest_time(typed))


def _urgent(typed: str, before: Preferences) -> Preferences:
    """Names to have in its place, or, each with a sign, names to add and to take away."""
    if typed in OFF:
        return replace(before, urgent=())
    if typed in ALL:
        return replace(before, urgent=URGENT)
    words = typed.replace(",", " ").split()
    signed = [word for word in words if word[0] in "+-"]
    names = chosen_topics([word.lstrip("+-") for word in words], dict.fromkeys(URGENT, ""))
    if signed and len(signed) != len(words):
        raise UserError(
            _("Either name all that is urgent, or put + or - before each that changes.")
        )
    wanted = set(before.urgent if signed else names)
    wanted |= {word[1:] for word in signed if word[0] == "+"}
    wanted -= {word[1:] for word in signed if word[0] == "-"}
    return replace(before, urgent=tuple(each for each in URGENT if each in wanted))


def _urgent_typed(preferences: Preferences) -> str:
    if set(preferences.urgent) >= set(URGENT):
        return "all"
    return " ".join(preferences.urgent) or "off"


SETTINGS = (
    Setting("zone", _zone, lambda set_now: set_now.zone, ("timezone", "tz", "time")),
    Setting("quiet", _quiet, lambda set_now: quiet_typed(set_now.quiet)),
    Setting("urgent", _urgent, _urgent_typed),
    Setting("digest", _digest, lambda set_now: digest_typed(set_now.digest)),
    Setting("language", _language, lambda set_now: set_now.language or "off", ("lang",)),
)
