"""What people say to the bot (https://core.telegram.org/bots/api#update)."""

from collections.abc import Container, Sequence
from dataclasses import dataclass

from telegram import Chat as TelegramChat
from telegram import ChatMember, Update

from bot.model import Chat


@dataclass(frozen=True, slots=True)
class Heard:
    """A text somebody sent to us; in a private chat it always gets a reply."""

    chat: Chat
    text: str
    private: bool


def hear(updates: Sequence[Update], username: str, commands: Container[str]) -> list[Heard]:
    """What is said to us, the bot called `username`, in the order in which it was said.

    In a group a bare command that is none of ours is another bot's business.
    """
    return [heard for update in updates if (heard := _heard(update, username, commands))]


def _heard(update: Update, username: str, commands: Container[str]) -> Heard | None:
    message = update.message or update.channel_post
    if message is None:
        return _welcomed(update)
    text = (message.text or "").strip()
    if not text:
        return None
    command = text.split(maxsplit=1)[0]
    name, _, addressee = command.partition("@")
    if command.startswith("/") and addressee:
        if addressee.casefold() != username.casefold():
            return None
        text = name + text.removeprefix(command)
    private = message.chat.type == TelegramChat.PRIVATE
    if not private and not addressee and name.removeprefix("/").lower() not in commands:
        return None
    thread = message.message_thread_id if message.is_topic_message else None
    chat = Chat("telegram", str(message.chat.id), str(thread or ""))
    return Heard(chat, text, private=private)


def _welcomed(update: Update) -> Heard | None:
    """A group that takes the bot in, perhaps again, is greeted as if it had said /start."""
    change = update.my_chat_member
    if (
        change is None
        or change.chat.type not in (TelegramChat.GROUP, TelegramChat.SUPERGROUP)
        or change.old_chat_member.status not in (ChatMember.LEFT, ChatMember.BANNED)
        or change.new_chat_member.status not in (ChatMember.MEMBER, ChatMember.ADMINISTRATOR)
    ):
        return None
    return Heard(Chat("telegram", str(change.chat.id)), "/start", private=False)
