"""What people and Telegram say to the bot (https://core.telegram.org/bots/api#update)."""

from collections.abc import Awaitable, Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from telegram import Chat as TelegramChat
from telegram import (
    ChatMember,
    ChatMemberAdministrator,
    ChatMemberRestricted,
    ChatMemberUpdated,
    Message,
    Update,
)

from bot.language import N_
from bot.model import Chat
from bot.ports import Author, always

GROUPS = (TelegramChat.GROUP, TelegramChat.SUPERGROUP)
OUTSIDE = (ChatMember.LEFT, ChatMember.BANNED)
INSIDE = (ChatMember.MEMBER, ChatMember.ADMINISTRATOR)

ADMINS = N_("the admins of this group")

Runs = Callable[[int, int], Awaitable[bool]]
"""(group, user) -> whether that user is one of the group's admins; raises CannotTell."""


@dataclass(frozen=True, slots=True)
class Said:
    """A text somebody sent to us; in a private chat it always gets a reply."""

    chat: Chat
    text: str
    private: bool
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


Heard = Said | Invited | Moved


def hear(
    updates: Sequence[Update], username: str, commands: Container[str], runs: Runs
) -> list[Heard]:
    """What is said to us, the bot called `username`, in the order in which it was said.

    In a group a bare command that is none of ours is another bot's business. Whether somebody
    `runs` a group is asked when it matters.
    """
    return [heard for update in updates for heard in _heard(update, username, commands, runs)]


def _heard(update: Update, username: str, commands: Container[str], runs: Runs) -> Iterator[Heard]:
    message = update.message or update.channel_post
    if update.my_chat_member is not None:
        yield from _welcomed(update.my_chat_member, runs)
    elif message is not None and message.migrate_to_chat_id:
        yield Moved(_chat(message.chat.id), _chat(message.migrate_to_chat_id))
    elif message is not None:
        yield from _said(message, username, commands, runs)


def _said(message: Message, username: str, commands: Container[str], runs: Runs) -> Iterator[Said]:
    text = (message.text or "").strip()
    if not text:
        return
    command = text.split(maxsplit=1)[0]
    name, _, addressee = command.partition("@")
    if command.startswith("/") and addressee:
        if addressee.casefold() != username.casefold():
            return
        text = name + text.removeprefix(command)
    private = message.chat.type == TelegramChat.PRIVATE
    if not private and not addressee and name.removeprefix("/").lower() not in commands:
        return
    thread = message.message_thread_id if message.is_topic_message else None
    author = _author(message, runs)
    yield Said(_chat(message.chat.id, thread), text, private=private, author=author)


def _author(message: Message, runs: Runs) -> Author:
    """Who wrote it: a person, or a chat in whose name somebody writes.

    Only admins write in the name of the group itself, or in a channel. In the name of any other
    chat, be it the channel that the group belongs to, it may have been anybody.
    """
    chat, voice, user = message.chat, message.sender_chat, message.from_user
    speaker = str((voice or user or chat).id)
    if chat.type in (TelegramChat.PRIVATE, TelegramChat.CHANNEL) or voice == chat:
        return Author(speaker, always)
    if voice is not None or user is None:
        return Author(speaker, _never, f"{ADMINS}, in their own name or the group's,")
    return Author(speaker, partial(runs, chat.id, user.id), ADMINS)


async def _never() -> bool:
    return False


def _welcomed(change: ChatMemberUpdated, runs: Runs) -> Iterator[Heard]:
    """A group that takes the bot in is greeted as if it had said /start.

    If it does so again, its topics hear us again too, of which a greeting is none.
    """
    chat, kind = _chat(change.chat.id), change.chat.type
    before, after = change.old_chat_member, change.new_chat_member
    if kind in GROUPS and before.status in OUTSIDE and after.status in INSIDE:
        user = change.from_user.id
        author = Author(str(user), partial(runs, change.chat.id, user), ADMINS)
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


def _chat(chat_id: int, thread: int | None = None) -> Chat:
    return Chat("telegram", str(chat_id), str(thread or ""))
