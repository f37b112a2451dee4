"""How days and amounts read in the note of a measure."""

from datetime import date

BILLION = 1e9
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
"""In English wherever the process runs."""


def day_text(day: date) -> str:
    """A day as 15 Nov 2016."""
    return f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}"


def month_text(day: date) -> str:
    """The month of a day as October 2025."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def billions_text(usd: float) -> str:
    """An amount of dollars as 1.2 bn USD."""
    return f"{usd / BILLION:z.1f} bn USD"
