"""Our commands as Discord lists them, in every language we speak.

The limits are those of discord.com/developers/docs/interactions/application-commands.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import TranslationContextLocation, TranslationContextTypes

from bot.adapters.discord.embeds import shortened
from bot.adapters.discord.place import Interaction
from bot.language import ENGLISH, _, known_language, speaking
from bot.ports import CommandCard, Option

SUMMARY, CHOICES, OPTIONS = 100, 25, 25

Answer = Callable[[Interaction, str], Awaitable[None]]
"""(interaction, "/subscribe dominance") -> the command is answered."""

_DESCRIPTIONS = (
    TranslationContextLocation.command_description,
    TranslationContextLocation.parameter_description,
)


def command(card: CommandCard, answer: Answer) -> app_commands.Command[Any, ..., None]:
    """A slash command whose options, all of them optional, follow each other as words."""
    options = {f"option_{n}": option for n, option in enumerate(card.options[:OPTIONS])}

    async def said(interaction: Interaction, **values: str | None) -> None:
        words = [values.get(name) or "" for name in options]
        await answer(interaction, " ".join(f"/{card.name} {' '.join(words)}".split()))

    # discord.py reads the options of a command from the parameters of its function.
    said.__signature__ = _signature(options)  # type: ignore[attr-defined] # inspect's own protocol
    app_commands.rename(**{name: option.name for name, option in options.items()})(said)
    app_commands.describe(**{name: _short(each.summary) for name, each in options.items()})(said)
    choices = {name: _choices(option) for name, option in options.items()}
    app_commands.choices(**{name: listed for name, listed in choices.items() if listed})(said)
    suggesting = [name for name, option in options.items() if option.suggests]
    app_commands.autocomplete(**dict.fromkeys(suggesting, _elsewhere))(said)
    made: app_commands.Command[Any, ..., None] = app_commands.Command(
        name=card.name, description=_short(card.summary), callback=said
    )
    if card.changes(()):
        # Only a default, which hides it in menus and which a server may override.
        made.default_permissions = discord.Permissions(manage_guild=True)
    return made


class Translator(app_commands.Translator):
    """Gives Discord the descriptions in our languages; names stay, so that help fits everywhere."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: TranslationContextTypes,
    ) -> str | None:
        """The description in Discord's locale, or None where it is English there, too."""
        language = known_language(str(locale.value))
        if context.location not in _DESCRIPTIONS or language in ("", ENGLISH):
            return None
        # A text that had to be shortened is not found; nor can it be that long.
        with speaking(language):
            told = _(string.message)
        return None if told == string.message else _short(told)


def shape(payload: Mapping[str, Any]) -> tuple[object, ...]:
    """What we set of a command, without the ids and defaults that Discord adds."""
    options = [
        (
            *(option[key] for key in ("name", "type", "description")),
            bool(option.get("required")),
            bool(option.get("autocomplete")),
            sorted((option.get("description_localizations") or {}).items()),
            [(choice["name"], choice["value"]) for choice in option.get("choices") or ()],
        )
        for option in payload.get("options") or ()
    ]
    described = sorted((payload.get("description_localizations") or {}).items())
    places = [sorted(payload.get(key) or ()) for key in ("contexts", "integration_types")]
    # We send a number, and Discord tells it back as text.
    shown_to = int(payload.get("default_member_permissions") or 0)
    named = (payload["name"], payload["type"], payload["description"])
    return *named, described, options, places, shown_to


def _signature(options: Mapping[str, Option]) -> inspect.Signature:
    kind = inspect.Parameter.KEYWORD_ONLY
    first = inspect.Parameter("interaction", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    others = [
        inspect.Parameter(name, kind, default=None, annotation=str | None) for name in options
    ]
    return inspect.Signature([first, *others])


def _choices(option: Option) -> list[app_commands.Choice[str]]:
    """What can be picked; nothing where Discord cannot list all of it, or where it is completed."""
    if option.suggests or len(option.choices) > CHOICES:
        return []
    return [app_commands.Choice(name=choice, value=choice) for choice in option.choices]


async def _elsewhere(_interaction: Interaction, _typed: str) -> list[app_commands.Choice[str]]:
    """Marks an option as one that is completed; the tree does it, see there."""
    return []


def _short(text: str) -> str:
    return shortened(text, SUMMARY)
