import asyncio

from bot.delivery.pacing import Pace


async def test_slots_are_handed_out_one_spacing_apart() -> None:
    pace, times = Pace(200.0), []
    loop = asyncio.get_running_loop()

    async def send() -> None:
        await pace.slot()
        times.append(loop.time())

    began = loop.time()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(10):
            tasks.create_task(send())
    assert times == sorted(times)
    for number, time in enumerate(times):
        assert time - began >= number / 200.0 - 1e-6


async def test_the_first_slot_is_free_and_idle_time_is_not_saved_up() -> None:
    pace, loop = Pace(20.0), asyncio.get_running_loop()
    async with asyncio.timeout(0.04):
        await pace.slot()
    await asyncio.sleep(0.12)
    began = loop.time()
    await pace.slot()
    await pace.slot()
    assert loop.time() - began >= 0.05 - 1e-6


async def test_whoever_gives_up_waiting_disturbs_nobody() -> None:
    pace = Pace(50.0)
    await pace.slot()
    waiting = asyncio.create_task(pace.slot())
    await asyncio.sleep(0)
    waiting.cancel()
    async with asyncio.timeout(1.0):
        await pace.slot()
