"""What takes too long is interrupted, each wait for itself, and nothing else is."""

import asyncio

import pytest

from bot.patience import Patience


async def waited(patience: Patience, *naps_seconds: float) -> list[str]:
    """One wait after the other, and how each ended."""
    ends = []
    for nap in naps_seconds:
        try:
            with patience.wait():
                await asyncio.sleep(nap)
            ends.append("done")
        except TimeoutError:
            ends.append("too long")
    return ends


async def test_each_of_many_waits_has_its_own_time() -> None:
    patience, loop = Patience(0.2), asyncio.get_running_loop()
    began = loop.time()
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(waited(patience, 0.12, 5.0, 0.0))
        second = tasks.create_task(waited(patience, 0.0, 0.12, 0.12, 5.0))
        third = tasks.create_task(waited(patience, 5.0, 0.12))
    assert first.result() == ["done", "too long", "done"]
    assert second.result() == ["done", "done", "done", "too long"]
    assert third.result() == ["too long", "done"]
    assert 0.44 - 1e-3 <= loop.time() - began < 2.0


async def test_nothing_is_interrupted_after_its_wait() -> None:
    patience = Patience(0.05)
    with patience.wait():
        pass
    await asyncio.sleep(0.1)
    assert await waited(patience, 0.0, 1.0, 0.0) == ["done", "too long", "done"]
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_an_error_inside_stays_what_it_is() -> None:
    patience = Patience(1.0)
    with pytest.raises(KeyError), patience.wait():
        raise KeyError


async def test_a_cancellation_from_elsewhere_is_no_lack_of_time() -> None:
    patience = Patience(5.0)
    task = asyncio.create_task(waited(patience, 4.0))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_cancellation_goes_before_the_end_of_the_time() -> None:
    patience = Patience(0.02)
    entered = asyncio.Event()

    async def cancelled_and_late() -> None:
        with patience.wait():
            entered.set()
            try:
                await asyncio.sleep(5.0)
            except asyncio.CancelledError:
                await asyncio.sleep(5.0)

    task = asyncio.create_task(cancelled_and_late())
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_only_a_task_can_wait() -> None:
    patience, failed = Patience(1.0), asyncio.get_running_loop().create_future()

    def outside() -> None:
        try:
            patience.wait()
        except RuntimeError as error:
            failed.set_result(str(error))

    asyncio.get_running_loop().call_soon(outside)
    assert await failed == "nothing but a task can be interrupted"
