"""What a sender is measured against: the same bodies posted by aiohttp, and nothing besides.

It says `ready`, begins with the first line that it reads, and prints its seconds as JSON.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Iterator

import aiohttp

from benchmarks.fanout import alert
from benchmarks.one_sender import AT_ONCE, adapter_for
from tests.adapters.fake_telegram import TOKEN

HEADERS = {"Content-Type": "application/json"}


def bodies(root: str, messages: int) -> Iterator[bytes]:
    """Of a sender's sendMessage, one for each chat."""
    (part,) = adapter_for("lifted", root).render([alert(0).message])
    assert isinstance(part, bytes)
    for number in range(messages):
        yield b'{"chat_id":%d,%b' % (10**9 + number, part[1:])


async def post_all(root: str, messages: int) -> dict[str, float]:
    """Post, so many at a time as a sender does; returns what it took."""
    waiting = iter(list(bodies(root, messages)))
    url = f"{root}/bot{TOKEN}/sendMessage"

    async def post(session: aiohttp.ClientSession) -> None:
        for body in waiting:
            async with session.post(url, data=body, headers=HEADERS) as answer:
                await answer.read()
                assert answer.status == 200

    async with aiohttp.ClientSession() as session:
        print("ready", flush=True)
        sys.stdin.readline()
        began, cpu_seconds = time.perf_counter(), time.process_time()
        async with asyncio.TaskGroup() as tasks:
            for _ in range(AT_ONCE):
                tasks.create_task(post(session))
        seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu_seconds
    return {"sent": messages, "seconds": seconds, "cpu_seconds": cpu_seconds}


def main() -> None:
    """Post as the arguments say."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bare_posts", description=__doc__)
    parser.add_argument("root", help="of the Bot API")
    parser.add_argument("messages", type=int)
    asked = parser.parse_args()
    print(json.dumps(asyncio.run(post_all(asked.root, asked.messages))))


if __name__ == "__main__":
    main()
