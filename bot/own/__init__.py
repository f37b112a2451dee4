"""The rules a chat makes for itself: how they are typed, read back, and looked at."""
