"""Charts as pictures: read from the store, drawn by a process that lives while they are wanted."""

from bot.pictures.album import DrawnPictures

__all__ = ["DrawnPictures"]
