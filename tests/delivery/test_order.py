from bot.delivery.order import APART_SECONDS, LOST_SECONDS, Order


def test_nobody_waits_behind_nobody() -> None:
    order = Order()
    assert order.wait_seconds("1", "a", 0.0) == 0.0


def test_later_jobs_wait_in_line_behind_the_first_and_other_chats_do_not() -> None:
    order = Order()
    order.put_first("1", "a", until=5.0)
    assert order.wait_seconds("1", "b", 1.0) == 4.0 + APART_SECONDS
    assert order.wait_seconds("1", "c", 1.0) == 4.0 + 2 * APART_SECONDS
    assert order.wait_seconds("2", "b", 1.0) == 0.0
    assert order.wait_seconds("1", "a", 5.0) == 0.0
    assert order.wait_seconds("1", "d", 5.0) > order.wait_seconds("1", "c", 5.0) > 0.0
    assert [order.wait_seconds("1", job, 6.0) for job in "bcda"] == [0.0] * 4


def test_a_first_one_that_fails_again_stays_first() -> None:
    order = Order()
    order.put_first("1", "a", until=5.0)
    assert order.wait_seconds("1", "b", 1.0)
    assert order.wait_seconds("1", "a", 5.0) == 0.0
    order.put_first("1", "a", until=8.0)
    assert order.wait_seconds("1", "b", 5.2) == 8.0 - 5.2 + APART_SECONDS
    assert order.wait_seconds("1", "a", 8.0) == 0.0
    assert order.wait_seconds("1", "b", 8.0) == 0.0


def test_a_first_one_that_never_returns_is_not_waited_for_for_ever() -> None:
    order = Order()
    order.put_first("1", "a", until=5.0)
    assert order.wait_seconds("1", "b", 5.0)
    assert order.wait_seconds("1", "b", 5.0 + LOST_SECONDS)
    assert order.wait_seconds("1", "c", 5.1 + LOST_SECONDS), "But b is waited for."
    assert order.wait_seconds("1", "b", 5.1 + LOST_SECONDS) == 0.0
