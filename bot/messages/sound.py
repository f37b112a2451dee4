"""Text as it may stand in somebody's chat, whoever wrote it."""

import re

_TROUBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and the marks that show what stands behind them in another order
(https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters)."""


def sound(text: str) -> str:
    """The text without what a request cannot carry, and without what turns its surroundings round.

    JSON, be it a provider's or a person's, can carry half a surrogate pair in.
    """
    return _TROUBLE.sub("", text.encode(errors="replace").decode())
