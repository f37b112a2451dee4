"""What is held back for chats: nothing, as long as delivery holds nothing."""

from bot.model import Chat


class NothingHeld:
    """Stands in where every alert is told at once."""

    async def release(self, chat: Chat) -> int:
        """Judge what is held by what the chat has set now; returns how many come at once."""
        return 0

    async def held(self, chat: Chat) -> int:
        """How many letters are held back from the chat."""
        return 0
