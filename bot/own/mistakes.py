"""What is wrong with a rule that somebody typed."""


class NotUnderstood(Exception):
    """A text is no rule; the sentence says why, and what would be one."""


def quoted(text: str) -> str:
    """What a person typed, short enough to be said back."""
    flat = " ".join(text.split())
    return f"“{flat[:31]}…”" if len(flat) > 32 else f"“{flat}”"  # noqa: PLR2004 - as above.
