"""How a chat wants to be told what it hears."""

from dataclasses import dataclass
from datetime import datetime, time

UTC_ZONE = "UTC"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A stretch of each day in the chat's own time zone, over midnight where it ends earlier."""

    begin: time
    end: time


@dataclass(frozen=True, slots=True)
class DigestTime:
    """When a digest is sent, in the chat's own time zone."""

    at: time
    weekday: int | None = None
    """0 is Monday; None means every day."""


@dataclass(frozen=True, slots=True)
class Mute:
    """Alerts that are not told for now."""

    topic: str = ""
    rule: str = ""
    """A preset rule's id, or the number of an alert of one's own; with no topic either: all."""
    until: datetime | None = None
    """None: until somebody lifts it, or `condition` comes true."""
    condition: str = ""
    """"recovers", or what must be true of a number, as in /alert: "btc_dominance below 55"."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """All that a chat has set; what is left at its default takes no room in the store."""

    language: str = ""
    """Empty: the app's."""
    zone: str = UTC_ZONE
    """An IANA name such as Europe/Berlin."""
    quiet: QuietHours | None = None
    urgent: tuple[str, ...] = ()
    """Topics, and "own" for alerts of one's own, that are told in quiet hours too."""
    digest: DigestTime | None = None
    mutes: tuple[Mute, ...] = ()
    app_language: str = ""
    """What the platform named when something was set last; nobody sets it. Empty: English."""

    @property
    def spoken(self) -> str:
        """The language in which the chat hears what nobody asked for; empty: English."""
        return self.language or self.app_language


DEFAULT_PREFERENCES = Preferences()
