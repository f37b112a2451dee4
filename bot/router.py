"""How a text finds its command, and how every failure becomes a readable reply."""

import logging
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from dataclasses import replace

from bot.commands import Command, Request, Services, UserError, nearest
from bot.language import ENGLISH, _, counted, known_language, speaking
from bot.logs.told_once import warning_unless_away
from bot.model import Chat, Message
from bot.ports import Author, CannotTell, Clock, Resumed, StoreUnavailable

log = logging.getLogger(__name__)

LEAVING = ("privacy", "stop", "unalert", "unsubscribe")
"""What may be said even where the operator does not let me talk: whoever asked for alerts before
must be able to end them."""

SENTENCE_MARKS = ".,;:!?"
"""Stand behind a command's name where somebody writes sentences, or joins lines into one."""


class Router:
    """Finds the command a text asks for, runs it, and turns every failure into a readable reply."""

    def __init__(
        self,
        commands: Sequence[Command],
        services: Services,
        clock: Clock,
        *,
        allowed: Collection[str] = (),
    ) -> None:
        """Take the commands to know, what their handlers may ask for, and the time.

        `allowed` names the only chats to talk to, each as "platform:id"; none means all.
        """
        self._commands = {command.name: command for command in commands}
        self._services = services
        self._clock = clock
        self._allowed = frozenset(allowed)

    async def answer(self, chat: Chat, text: str, author: Author) -> Message | None:
        """The reply to a text, or None when it is no command.

        The leading slash is required; a bot's name behind `@` is the adapter's business and must
        have been checked before. A command that `resumes`, or none that is known, brings a
        suspended chat back, even one that its author may not give, as it shows that the chat can be
        reached again.
        """
        words = text.split()
        if not words or not words[0].startswith("/") or words[0] == "/":
            return None
        name = words[0][1:].partition("@")[0].lower().rstrip(SENTENCE_MARKS)
        with speaking(author.language):
            if not self._may_talk(chat) and name not in LEAVING:
                return _not_here(chat)
            return await self._answer(name, words[1:], chat, author)

    async def suggest(
        self, chat: Chat, command: str, option: str, typed: str, author: Author
    ) -> Sequence[str]:
        """What may stand in a command's option and begins or goes on as what is typed."""
        known = self._commands.get(command)
        if known is None or known.suggest is None or not self._may_talk(chat):
            return ()
        try:
            request = await self._request(typed.split(), chat, author)
            with speaking(request.preferences.language):
                found = await known.suggest(option, request, self._services)
        except (UserError, StoreUnavailable) as error:
            log.debug("nothing is suggested for /%s: %s", command, error)
            return ()
        low = typed.strip().lower()
        near = [each for each in found if low in each.lower()]
        return sorted(near, key=lambda each: not each.lower().startswith(low))

    async def _answer(self, name: str, words: Sequence[str], chat: Chat, author: Author) -> Message:
        command = self._commands.get(name)
        resumed: Resumed | None = None
        with ExitStack() as from_here:
            try:
                if command is None or command.resumes:
                    resumed = await self._services.subscriptions.resume(chat)
                request = await self._request(words, chat, author)
                from_here.enter_context(speaking(request.preferences.language))
                reply = await self._run(name, request, author)
            except UserError as error:
                reply = Message(_("That did not work"), (str(error),), aside=True)
            except CannotTell as error:
                log.warning("/%s was not carried out: nobody said who may: %s", name, error)
                reply = _cannot_tell(author)
            except StoreUnavailable as error:
                log.log(warning_unless_away(error), "/%s could not be answered: %s", name, error)
                reply = _forgetful()
            except Exception:  # One command's bug must not end the bot for everybody else.
                log.exception("/%s failed", name)
                reply = _failed()
            return reply if resumed is None else _welcome_back(resumed, reply)

    def _may_talk(self, chat: Chat) -> bool:
        return not self._allowed or _place(chat) in self._allowed

    async def _request(self, words: Sequence[str], chat: Chat, author: Author) -> Request:
        """The request in the language that the chat has set, or that the platform names."""
        preferences = await self._services.preferences.of(chat)
        if not preferences.language:
            named = known_language(author.language) or preferences.app_language
            preferences = replace(preferences, language=named)
        low = tuple(map(str.lower, words))
        return Request(chat, low, self._clock(), tuple(words), preferences)

    async def _run(self, name: str, request: Request, author: Author) -> Message:
        command = self._commands.get(name)
        if command is None:
            return self._unknown(name)
        if not command.changes(request.arguments):
            return await command.run(request, self._services)
        if not await author.may_change():
            return _not_yours(author)
        reply = await command.run(request, self._services)
        if command.resumes:
            await self._note_language(request, author)
        return reply

    async def _note_language(self, request: Request, author: Author) -> None:
        """Keep in mind in which language alerts are to come, unless the chat has set one."""
        named = known_language(author.language)
        language = "" if named == ENGLISH else named
        if not author.language or request.preferences.app_language == language:
            return
        try:
            await self._services.preferences.change(
                request.chat, lambda before: replace(before, app_language=language)
            )
        except StoreUnavailable as error:
            # What was asked for is done; the next command that changes something notes it.
            level = warning_unless_away(error)
            log.log(level, "the language of a chat was not noted: %s", error)

    def _unknown(self, name: str) -> Message:
        meant = nearest(name, list(self._commands))
        hint = _("I do not know that one.")
        if meant:
            hint = _("Did you mean {name}?").format(name=f"/{meant}")
        known = " ".join(f"/{command}" for command in self._commands)
        return Message(
            _("There is no command {name}").format(name=f"/{name[:32]}"),
            (hint, _("Commands: {commands}").format(commands=known)),
        )


def _place(chat: Chat) -> str:
    """A chat with all its topics, as the operator names it."""
    return f"{chat.platform}:{chat.id}"


def _not_here(chat: Chat) -> Message:
    why = _("Whoever runs me has not let me into this chat, {chat}; they can if you ask them.")
    return Message(_("Sorry, I only talk in some chats"), (why.format(chat=_place(chat)),))


def _not_yours(author: Author) -> Message:
    why = _(
        "Only {people} change what I tell and keep here; everyone may ask, for instance with "
        "/status, /alerts, /subscriptions or /help."
    )
    return Message(
        _("That is not for everyone here"), (why.format(people=_(author.who_may)),), aside=True
    )


def _cannot_tell(author: Author) -> Message:
    why = _(
        "Only {people} may, and I could not find out whether you are one; please try again in a "
        "minute."
    )
    return Message(
        _("I cannot do that right now"), (why.format(people=_(author.who_may)),), aside=True
    )


def _forgetful() -> Message:
    return Message(
        _("I cannot reach my memory right now"), (_("Please try again in a minute."),), aside=True
    )


def _failed() -> Message:
    why = _("It is in my log, and somebody will look. Please try something else.")
    return Message(_("Something went wrong on my side"), (why,), aside=True)


def _welcome_back(resumed: Resumed, reply: Message) -> Message:
    back = _("I had stopped writing here ({reason}). Alerts come again from now.")
    lines = [back.format(reason=_(resumed.reason))]
    if resumed.missed:
        missed = counted(
            "One alert that you missed is on the way.",
            "The {count} alerts that you missed are on the way.",
            resumed.missed,
        )
        lines.append(missed.format(count=resumed.missed))
    return replace(reply, lines=(*lines, *reply.lines))
