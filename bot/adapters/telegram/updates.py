"""What people and Telegram say to the bot (https://core.telegram.org/bots/api#update)."""

from collections.abc import Awaitable, Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from telegram import (
    CallbackQuery,
    ChatMember,
    ChatMemberAdministrator,
    ChatMemberRestricted,
    ChatMemberUpdated,
    Message,
    Update,
    User,
)
from telegram import Chat as TelegramChat

from bot.adapters.telegram.buttons import Seal
from bot.language import N_
from bot.model import Chat
from bot.ports import Author, always

GROUPS = (TelegramChat.GROUP, TelegramChat.SUPERGROUP)
OUTSIDE = (ChatMember.LEFT, ChatMember.BANNED)
INSIDE = (ChatMember.MEMBER, ChatMember.ADMINISTRATOR)

ADMINS = N_("the admins of this group")
ADMINS_BY_NAME = N_("the admins of this group, in their own name or the group's,")
CHANNEL_ADMINS = N_("the admins of this channel")

Runs = Callable[[int, int], Awaitable[bool]]
"""(group or channel, user) -> whether that user is one of its admins; raises CannotTell."""


@dataclass(frozen=True, slots=True)
class Said:
    """A text somebody sent to us; in a private chat it always gets a reply."""

    chat: Chat
    text: str
    private: bool
    author: Author


@dataclass(frozen=True, slots=True)
class Pressed:
    """Somebody pressed a button of ours, which is to be told to them in any case."""

    chat: Chat
    query: str
    """What Telegram calls the press."""
    text: str
    """The command; empty for a button that does not belong to this chat."""
    message: str
    """The one in whose place the answer goes; empty where it is to stand alone."""
    in_channel: bool
    """Many see what is said there, and whoever reads it may press."""
    author: Author


@dataclass(frozen=True, slots=True)
class Invited:
    """We may write to a chat, and could not before."""

    chat: Chat


@dataclass(frozen=True, slots=True)
class Moved:
    """A group became a supergroup: the chat has another id."""

    chat: Chat
    to: Chat


Heard = Said | Pressed | Invited | Moved


@dataclass(frozen=True, slots=True)
class Ears:
    """What it takes to understand what is said to us."""

    username: str
    """The bot's own."""
    commands: Container[str]
    """In a group a bare command that is none of these is another bot's business."""
    runs: Runs
    """Asked when it matters."""
    seal: Seal


def hear(updates: Sequence[Update], ears: Ears) -> list[Heard]:
    """What is said to us, in the order in which it was said."""
    return [heard for update in updates for heard in _heard(update, ears)]


def _heard(update: Update, ears: Ears) -> Iterator[Heard]:
    message = update.message or update.channel_post
    if update.callback_query is not None:
        yield _pressed(update.callback_query, ears)
    elif update.my_chat_member is not None:
        yield from _welcomed(update.my_chat_member, ears.runs)
    elif message is not None and message.migrate_to_chat_id:
        yield Moved(_chat(message.chat.id), _chat(message.migrate_to_chat_id))
    elif message is not None:
        yield from _said(message, ears)


def _said(message: Message, ears: Ears) -> Iterator[Said]:
    text = (message.text or "").strip()
    if not text:
        return
    command = text.split(maxsplit=1)[0]
    name, _, addressee = command.partition("@")
    if command.startswith("/") and addressee:
        if addressee.casefold() != ears.username.casefold():
            return
        text = name + text.removeprefix(command)
    private = message.chat.type == TelegramChat.PRIVATE
    if not private and not addressee and name.removeprefix("/").lower() not in ears.commands:
        return
    author = _author(message, ears.runs)
    yield Said(_place(message), text, private=private, author=author)


def _pressed(query: CallbackQuery, ears: Ears) -> Pressed:
    """A press; of a message that is too old to be shown to us only the chat is known.

    See https://core.telegram.org/bots/api#callbackquery. Data may come from anybody.
    """
    user, found = query.from_user, query.message
    # The library makes a whole message of one that is too old, too.
    message = found if isinstance(found, Message) and found.is_accessible else None
    kind = found.chat.type if found is not None else ""
    chat = _place(message) if message else _chat(found.chat.id if found is not None else user.id)
    order = ears.seal.opened(query.data or "", chat) if found is not None else None
    return Pressed(
        chat,
        query.id,
        text=order.command if order is not None else "",
        message=str(message.message_id) if message and order and order.replaces else "",
        in_channel=kind == TelegramChat.CHANNEL,
        author=_presser(user, int(chat.id), kind, ears.runs),
    )


def _presser(user: User, chat_id: int, kind: str, runs: Runs) -> Author:
    """Of a press the person is always known, also one who writes in the name of a chat."""
    language = user.language_code or ""
    if kind == TelegramChat.PRIVATE:
        return Author(str(user.id), always, language=language)
    who = CHANNEL_ADMINS if kind == TelegramChat.CHANNEL else ADMINS
    return Author(str(user.id), partial(runs, chat_id, user.id), who, language)


def _author(message: Message, runs: Runs) -> Author:
    """Who wrote it: a person, or a chat in whose name somebody writes.

    Only admins write in the name of the group itself, or in a channel. In the name of any other
    chat, be it the channel that the group belongs to, it may have been anybody.
    """
    chat, voice, user = message.chat, message.sender_chat, message.from_user
    speaker = str((voice or user or chat).id)
    # Telegram's own accounts, which stand in for a chat that speaks, read no language.
    language = (user.language_code or "") if user is not None and voice is None else ""
    if chat.type in (TelegramChat.PRIVATE, TelegramChat.CHANNEL) or voice == chat:
        return Author(speaker, always, language=language)
    if voice is not None or user is None:
        return Author(speaker, _never, ADMINS_BY_NAME)
    return Author(speaker, partial(runs, chat.id, user.id), ADMINS, language)


async def _never() -> bool:
    return False


def _welcomed(change: ChatMemberUpdated, runs: Runs) -> Iterator[Heard]:
    """A group that takes the bot in is greeted as if it had said /start.

    If it does so again, its topics hear us again too, of which a greeting is none.
    """
    chat, kind = _chat(change.chat.id), change.chat.type
    before, after = change.old_chat_member, change.new_chat_member
    if kind in GROUPS and before.status in OUTSIDE and after.status in INSIDE:
        user = change.from_user
        may_change = partial(runs, change.chat.id, user.id)
        author = Author(str(user.id), may_change, ADMINS, user.language_code or "")
        yield Said(chat, "/start", private=False, author=author)
        yield Invited(chat)
    elif _may_write(after, kind) and not _may_write(before, kind):
        yield Invited(chat)


def _may_write(bot: ChatMember, kind: str) -> bool:
    """Whether its standing lets the bot write to a chat of this kind."""
    if isinstance(bot, ChatMemberRestricted):
        return bot.is_member and bot.can_send_messages
    if kind == TelegramChat.CHANNEL:
        return isinstance(bot, ChatMemberAdministrator) and bool(bot.can_post_messages)
    return bot.status in (*INSIDE, ChatMember.OWNER)


def _place(message: Message) -> Chat:
    """Its chat, with the topic in which it stands."""
    thread = message.message_thread_id if message.is_topic_message else None
    return _chat(message.chat.id, thread)


def _chat(chat_id: int, thread: int | None = None) -> Chat:
    return Chat("telegram", str(chat_id), str(thread or ""))
