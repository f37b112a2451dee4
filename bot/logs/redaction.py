"""Leaves secrets out of text, in each of the forms in which text may hold them."""

import json
from collections.abc import Iterator, Sequence
from urllib.parse import quote, quote_plus

MASK = "***"


class Redaction:
    """Replaces what must never be written."""

    def __init__(self, secrets: Sequence[str]) -> None:
        """Take the values that must never appear."""
        forms = {form for secret in secrets if secret for form in _forms(secret)}
        # A secret may hold another one.
        self._forms = sorted(forms, key=lambda form: (-len(form), form))

    def __call__(self, text: str) -> str:
        """The text without them."""
        for form in self._forms:
            text = text.replace(form, MASK)
        return text


def _forms(secret: str) -> Iterator[str]:
    """A secret as it is, in a URL, in JSON, and as Python shows it."""
    yield secret
    for escaped in (quote, quote_plus):
        for safe in ("", "/", "/:"):
            yield escaped(secret, safe=safe, errors="replace")
    for ascii_only in (True, False):
        yield json.dumps(secret, ensure_ascii=ascii_only)[1:-1]
    yield repr(secret)[1:-1]
    yield ascii(secret)[1:-1]
    yield repr(secret.encode(errors="replace"))[2:-1]
