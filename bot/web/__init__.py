"""What is seen from outside: the status page, its twins for machines, and health."""

from bot.web.server import WebServer

__all__ = ["WebServer"]
