"""REDIS_URL: which servers it names, how they stand together, and what in it is secret.

    redis://[user:password@]host[:6379][/database][?option=value]   one server; rediss:// with TLS
    unix://[user:password@]/path/of/socket[?db=database]            one server on this machine
    redis+sentinel://[user:password@]host[:26379][,host...]/name[/database]
                                           whichever server the sentinels call the primary of `name`
    redis+cluster://[user:password@]host[:6379][,host...]           a cluster, found by any node

`rediss+sentinel://` and `rediss+cluster://` speak TLS to the servers. User, password and options
such as `ssl_ca_certs` are the servers' own; those of sentinels begin with `sentinel_`, as in
`sentinel_password` and `sentinel_ssl=yes`. The plain forms are those of redis-py.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

SCHEMES = (
    "redis", "rediss", "unix",
    "redis+sentinel", "rediss+sentinel", "redis+cluster", "rediss+cluster",
)  # fmt: skip
HOST = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?")
DATABASE = re.compile(r"/?|/[0-9]+")
SERVICE = re.compile(r"/(?P<name>[^/]+)(?P<database>/[0-9]+)?")
SENTINEL_OPTION = "sentinel_"
REDIS_PORT = 6379
SENTINEL_PORT = 26379
LARGEST_PORT = 65535


class Standing(StrEnum):
    """How the servers of one URL stand together."""

    ALONE = "alone"
    SENTINEL = "sentinel"
    CLUSTER = "cluster"


@dataclass(frozen=True, slots=True, repr=False)
class RedisUrl:
    """A REDIS_URL, taken apart; it has no repr, since it may hold a password."""

    standing: Standing
    plain: str
    """The one server, or what all servers share, as a URL that redis-py reads."""
    nodes: tuple[tuple[str, int], ...] = ()
    """Sentinels, or nodes of the cluster: host and port."""
    service: str = ""
    """What the sentinels call the group of servers."""
    sentinel: str = "redis://"
    """User, password and options of the sentinels, as a URL that redis-py reads."""


def parse(url: str) -> RedisUrl:
    """Take a URL apart; raises ValueError with the end of a sentence that quotes nothing of it."""
    parts = _split(url)
    standing = Standing(parts.scheme.partition("+")[2] or Standing.ALONE)
    options = _options(parts.query)
    if parts.scheme == "unix":
        if not parts.path.strip("/"):
            raise ValueError("must name the path of a socket after unix://")
        return RedisUrl(standing, url)
    user, _, hosts = parts.netloc.rpartition("@")
    port = SENTINEL_PORT if standing is Standing.SENTINEL else REDIS_PORT
    nodes = tuple(_node(host, port) for host in hosts.split(","))
    if standing is Standing.ALONE and len(nodes) > 1:
        raise ValueError("must name one host, or begin with redis+sentinel:// or redis+cluster://")
    service, database = _path(parts.path, standing, options)
    own = [(name, value) for name, value in options if not name.startswith(SENTINEL_OPTION)]
    theirs = [
        (name.removeprefix(SENTINEL_OPTION), value)
        for name, value in options
        if name.startswith(SENTINEL_OPTION)
    ]
    if theirs and standing is not Standing.SENTINEL:
        raise ValueError("may only have options of sentinels with redis+sentinel://")
    scheme = parts.scheme.partition("+")[0]
    account = f"{user}@" if user else ""
    host = hosts.partition(",")[0]
    return RedisUrl(
        standing,
        f"{scheme}://{account}{host}{database}?{urlencode(own)}".rstrip("?"),
        nodes if standing is not Standing.ALONE else (),
        service,
        f"redis://?{urlencode(theirs)}".rstrip("?"),
    )


def passwords(url: str) -> Iterator[str]:
    """Every password in a URL that `parse` accepts, as it is written and as it is sent."""
    parts = urlsplit(url)
    if parts.password:
        yield parts.password
        yield unquote(parts.password)
    for pair in parts.query.split("&"):
        name, _, written = pair.partition("=")
        if name.endswith("password") and written:
            yield written
            yield from (sent for _, sent in parse_qsl(pair))


def _split(url: str) -> SplitResult:
    # Looked at first: the library's own errors quote what they complain of.
    if not url.isascii() or any(character.isspace() for character in url):
        raise ValueError("must not hold spaces or other characters that no address has")
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValueError("must not hold brackets that enclose no IPv6 address") from None
    if parts.scheme not in SCHEMES:
        raise ValueError(
            "must start with redis://, rediss:// or unix://, or with one of the first two and "
            "+sentinel or +cluster before the colon"
        )
    # A password with a slash, a question mark or a hash sign would end up here, as an address.
    if "@" in parts.path + parts.query or "#" in url:
        raise ValueError("must have the special characters of its passwords written as %XX")
    return parts


def _options(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, strict_parsing=bool(query))
    except ValueError:
        raise ValueError("must have its options written as name=value, with & between") from None


def _node(text: str, default_port: int) -> tuple[str, int]:
    found = HOST.fullmatch(text)
    port = int(found["port"] or default_port) if found else 0
    if found is None or not 0 < port <= LARGEST_PORT:
        raise ValueError(
            "must name a host, such as example.org or 127.0.0.1, with a port from 1 to 65535 or "
            "none, and have the special characters of its password written as %XX"
        )
    return found["host"].strip("[]"), port


def _path(path: str, standing: Standing, options: list[tuple[str, str]]) -> tuple[str, str]:
    """The service's name, where there is one, and the database as the end of a path."""
    if standing is Standing.SENTINEL:
        found = SERVICE.fullmatch(path)
        if found is None:
            raise ValueError("must end in /name or /name/database, as the sentinels name it")
        return unquote(found["name"]), found["database"] or ""
    if not DATABASE.fullmatch(path):
        raise ValueError("must end in the number of a database, or after the host")
    database = path.strip("/") or dict(options).get("db", "0")
    if standing is Standing.CLUSTER and database != "0":
        raise ValueError("must not name another database than 0, the only one of a cluster")
    return "", path.rstrip("/")
