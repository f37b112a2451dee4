"""What `doctor` finds: whether the bot can do its work, and what waits for a person.

It looks and changes nothing: it works beside a bot that runs, takes no lease and stores nothing.
"""

from bot.doctor.examination import examine
from bot.doctor.report import as_json, as_lines, as_table

__all__ = ["as_json", "as_lines", "as_table", "examine"]
