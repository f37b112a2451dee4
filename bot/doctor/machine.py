"""The disk under DATA_DIR, and the port."""

import errno
import shutil
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.http.wire import NoAnswer, NotSent, Wire
from bot.ports import Finding, fail, ok, warn
from bot.settings import Settings

GIBIBYTE = 2**30
LITTLE, TOO_LITTLE = 1.0, 0.1
"""GiB. The append-only file is written anew beside the old one, and so needs room twice."""
ASK_SECONDS = 2.0
ALIVE = b"alive"
EVERYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - addresses to ask.
"""Where to ask whoever listens on all addresses."""


async def examine(settings: Settings, wrong: Mapping[str, str]) -> Sequence[Finding]:
    """Look at the room for the embedded server, and at the port of the status page."""
    found = []
    if settings.redis_url is None and not {"REDIS_URL", "DATA_DIR"} & wrong.keys():
        found.append(_disk(settings.data_dir))
    if not {"PORT", "LISTEN_HOST"} & wrong.keys():
        found.append(await _port(settings.listen_host, settings.port))
    return found


def _disk(folder: Path) -> Finding:
    there = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())
    try:
        free = shutil.disk_usage(there).free / GIBIBYTE
    except OSError as error:
        return warn("disk", f"cannot be asked: {error.strerror}", "Look at DATA_DIR.")
    found = f"{free:.1f} GiB free under {folder}"
    facts = {"free_gib": round(free, 2)}
    advice = "Make room, or set DATA_DIR to a larger disk."
    if free < TOO_LITTLE:
        return fail("disk", found, advice, **facts)
    return warn("disk", found, advice, **facts) if free < LITTLE else ok("disk", found, **facts)


async def _port(host: str, port: int) -> Finding:
    if not port:
        return ok("port", "PORT 0: any free one, which the log names")
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.create_server((host, port), family=family):
            return ok("port", f"{host}:{port} is free")
    except OSError as error:
        if error.errno == errno.EADDRINUSE and await _is_ours(EVERYWHERE.get(host, host), port):
            return ok("port", f"a bot that runs has {host}:{port}")
        reason = error.strerror or str(error)
    return warn(
        "port",
        f"{host}:{port} cannot be had: {reason}",
        "Set PORT and LISTEN_HOST to what is free: else there is no status page and no webhook.",
    )


async def _is_ours(host: str, port: int) -> bool:
    """Whether what listens there lives as our web server says it."""
    address = f"[{host}]" if ":" in host else host
    wire = Wire(f"http://{address}:{port}", connections=1, answer_seconds=ASK_SECONDS)
    try:
        answer = await wire.get("/healthz")
    except (NotSent, NoAnswer):
        return False
    finally:
        await wire.close()
    return answer.succeeded and answer.body.startswith(ALIVE)
