"""Settings: each wrong value, what looks like a slip, and what they come to."""

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from bot.app.chat_side import allowed_chats
from bot.app.operator_side import operator_chat
from bot.environment import strays
from bot.parts import Parts
from bot.ports import Finding, fail, ok, warn
from bot.settings import Settings, WrongSetting

TELEGRAMS_PORTS = (443, 80, 88, 8443)
"""https://core.telegram.org/bots/api#setwebhook"""


def examine(settings: Settings, wrong: Mapping[str, str], parts: Parts) -> Sequence[Finding]:
    """One line for each thing that is wrong or odd; one in all where nothing is."""
    found = [*_wrong(wrong), *_contradictions(settings, parts), *_oddities(settings, parts)]
    return found or [ok("settings", "each can be used")]


def usable(settings: Settings, parts: Parts) -> Settings:
    """The settings without switches of sources that nobody has."""
    try:
        parts.switched(settings)
    except WrongSetting:
        return settings.model_copy(update={"sources_on": (), "sources_off": ()})
    return settings


def _wrong(wrong: Mapping[str, str]) -> Iterator[Finding]:
    for name, sentence in wrong.items():
        advice = f"Mend {name} in the environment or in .env, or remove it; .env.example says more."
        yield fail(f"setting {name}", sentence.rstrip("."), advice)


def _contradictions(settings: Settings, parts: Parts) -> Iterator[Finding]:
    """What only shows beside the parts that there are."""
    try:
        parts.switched(settings)
    except WrongSetting as error:
        yield fail("setting SOURCES_ON, SOURCES_OFF", _bare(error), "Name sources as README does.")
    try:
        allowed_chats(settings, parts)
    except WrongSetting as error:
        yield fail("setting ALLOWED_CHATS", _bare(error), "Write them as /start shows them.")
    try:
        operator_chat(settings, parts)
    except WrongSetting as error:
        yield fail("setting OPERATOR_CHAT", _bare(error), "Name a chat on one of these.")
    port = urlsplit(settings.public_url or "").port or TELEGRAMS_PORTS[0]
    if settings.telegram_bot_token is not None and port not in TELEGRAMS_PORTS:
        known = ", ".join(map(str, TELEGRAMS_PORTS))
        yield fail(
            "setting PUBLIC_URL",
            f"it names port {port}, and Telegram brings updates to {known} only",
            "Let a proxy listen on one of these, or unset PUBLIC_URL.",
        )


def _oddities(settings: Settings, parts: Parts) -> Iterator[Finding]:
    for name, setting in strays().items():
        advice = f"If {setting} is meant, rename it; else leave it as it is."
        yield warn(f"variable {name}", f"nothing reads it; there is {setting}", advice)
    platform = (settings.operator_chat or "").partition(":")[0]
    if missing := parts.missing(platform, settings):
        yield warn(
            "setting OPERATOR_CHAT",
            f"it names a chat on {platform}, on which the bot does not speak: {missing}",
            "Set that platform up, or name a chat on one that is.",
        )


def _bare(error: WrongSetting) -> str:
    return str(error).rstrip(".")
