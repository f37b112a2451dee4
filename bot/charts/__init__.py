"""Recorded series and the alerts they led to, as one picture of the cycle; one number, for a chat.

A value stands at the moment the world knew it and a mark at the moment its alert was sent, so that
a mark lies on the line it speaks of. matplotlib is loaded by what draws, never by importing this.
"""

from bot.charts.cycle import figure
from bot.charts.paint import FORMATS, image

__all__ = ["FORMATS", "figure", "image"]
