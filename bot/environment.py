"""What the environment says besides our settings: slips of whoever set them, and wishes."""

from collections.abc import Mapping
from difflib import get_close_matches

from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource

from bot.settings import Settings

ALIKE = 0.8
"""Of TELEGRAM_TOKEN and TELEGRAM_BOT_TOKEN it is 0.88, of LOG_LEVEL and LOG_FORMAT 0.63."""


def strays() -> Mapping[str, str]:
    """Names that nothing reads, each with the setting that it resembles; also those in `.env`."""
    ours = [name.upper() for name in Settings.model_fields]
    given = {*_named(), *DotEnvSettingsSource(Settings).env_vars}
    names = sorted({name.upper() for name in given} - set(ours))
    alike = {name: get_close_matches(name, ours, 1, ALIKE) for name in names}
    return {name: found[0] for name, found in alike.items() if found}


def colours_are_welcome() -> bool:
    """Whether a terminal may be coloured: see https://no-color.org."""
    named = _named()
    return not named.get("no_color") and named.get("term") != "dumb"


def _named() -> Mapping[str, str | None]:
    """All variables of the process, their names in lower case."""
    return EnvSettingsSource(Settings).env_vars
