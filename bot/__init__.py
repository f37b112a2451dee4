"""altseason-bot: tells chats when money rotates into small caps and altcoins."""
