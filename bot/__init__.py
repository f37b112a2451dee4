"""altseason-bot: tells chats when money starts, or fails, to rotate into small caps and altcoins."""
