"""Where a request goes."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode, urlsplit

from yarl import URL

from bot.ports import SourceError


def address(url: str, params: Mapping[str, str] | None, gateway: str | None) -> tuple[str, URL]:
    """The host's own name, and where its request goes; what is percent-encoded stays so.

    Raises SourceError for an address that cannot be one, say a gateway's with a wrong port.
    """
    parts = urlsplit(url)
    query = "&".join(filter(None, (parts.query, urlencode(params or {}, quote_via=quote))))
    root = gateway or f"{parts.scheme}:/"
    target = f"{root}/{parts.netloc}{parts.path or '/'}" + (f"?{query}" if query else "")
    try:
        found = URL(target, encoded=True)
        usable = bool(found.host and found.port)
    except ValueError:
        usable = False
    if not usable:
        raise SourceError(f"The address to ask {parts.netloc} at cannot be used.")
    return parts.netloc, found
