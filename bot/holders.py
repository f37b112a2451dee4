"""Names of processes: no two are the same, and each says where and since when its process runs."""

import re
from datetime import UTC, datetime

_NAME = re.compile(r"(?P<host>.+)-(?P<began>\d{8}T\d{9})Z-[0-9a-f]+")
_BEGAN = "%Y%m%dT%H%M%S%f"


def holder_name(host: str, began: datetime, token: str) -> str:
    """The name of a process on a host; the token, in hexadecimal, tells it from all others."""
    return f"{host}-{began.astimezone(UTC).strftime(_BEGAN)[:-3]}Z-{token}"


def began_at(holder: str) -> datetime | None:
    """When the process of this name began, by its clock; None for a name of another kind."""
    found = _NAME.fullmatch(holder)
    return None if found is None else datetime.strptime(f"{found['began']}Z", f"{_BEGAN}%z")


def host_of(holder: str) -> str:
    """The host of the process of this name."""
    found = _NAME.fullmatch(holder)
    return holder if found is None else found["host"]
