"""What is kept back for chats: nothing, as long as delivery holds nothing."""

from bot.model import Chat


class NothingHeld:
    """Stands in where every alert is told at once."""

    async def held(self, chat: Chat) -> int:
        """How many alerts are kept back for the chat."""
        return 0

    async def release(self, chat: Chat) -> int:
        """Put what is kept back into the chat's line again, and say how many alerts that are."""
        return 0
