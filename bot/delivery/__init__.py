"""From the outbox to the chats."""
