"""Our words: alerts, the board and the status, as neutral messages.

A message states what crossed, value against level, source and date, and what it means; it never
says buy or sell, and holds no number that is not in the store.
"""

from bot.messages.alerts import alert, source_text
from bot.messages.board import board_line, missing_lines
from bot.messages.board_screen import board_screen
from bot.messages.chart import chart_of, course_text, illustrated
from bot.messages.follow_up import DAY as FOLLOW_UP_DAY
from bot.messages.follow_up import follow_up
from bot.messages.health import blind, correction
from bot.messages.missed import found_late
from bot.messages.phase import phase_turn
from bot.messages.plain import plain
from bot.messages.record import record_line
from bot.messages.rule import meaning_text, rule_text
from bot.messages.status import is_wanted, status

__all__ = [
    "FOLLOW_UP_DAY",
    "alert",
    "blind",
    "board_line",
    "board_screen",
    "chart_of",
    "correction",
    "course_text",
    "follow_up",
    "found_late",
    "illustrated",
    "is_wanted",
    "meaning_text",
    "missing_lines",
    "phase_turn",
    "plain",
    "record_line",
    "rule_text",
    "source_text",
    "status",
]
