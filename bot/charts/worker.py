"""The process that draws: `python -m bot.charts.worker` reads sheets and writes pictures.

Each way a message is its length in four bytes, the most significant first, and so many bytes: a
Sheet as JSON in; out a letter, P before a PNG and E before the name of what went wrong. The process
ends with its input, so that it never outlives the bot: not even one that is killed while it draws.
"""

import os
import queue
import struct
import sys
import threading
from typing import BinaryIO

LENGTH = struct.Struct(">I")
PICTURE, ERROR = b"P", b"E"
NICENESS = 10
"""Nobody waits for a picture as for a message."""


def main() -> None:
    """Draw one sheet after the other until the input ends."""
    os.nice(NICENESS)
    sheets: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(sys.stdin.buffer, sheets), daemon=True).start()
    while True:
        answer = _drawn(sheets.get())
        sys.stdout.buffer.write(LENGTH.pack(len(answer)) + answer)
        sys.stdout.buffer.flush()


def _read(pipe: BinaryIO, sheets: "queue.SimpleQueue[bytes]") -> None:
    while len(head := pipe.read(LENGTH.size)) == LENGTH.size:
        (length,) = LENGTH.unpack(head)
        sheets.put(pipe.read(length))
    os._exit(0)


def _drawn(body: bytes) -> bytes:
    try:
        # What cannot be loaded is told as well.
        from bot.charts.sheet import read  # noqa: PLC0415
        from bot.charts.single import png  # noqa: PLC0415

        return PICTURE + png(read(body))
    except Exception as error:  # noqa: BLE001 - whatever it is, the bot goes on without a picture.
        return ERROR + f"{type(error).__name__}: {error}".encode()


if __name__ == "__main__":
    main()
