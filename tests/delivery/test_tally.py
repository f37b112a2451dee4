from bot.delivery.tally import KEPT_SECONDS, Tally


def test_each_delivery_is_counted_by_itself() -> None:
    tally = Tally()
    assert [tally.add(key, 0.0) for key in "aabac"] == [1, 2, 1, 3, 1]


def test_what_met_no_trouble_for_a_day_is_forgotten() -> None:
    tally = Tally()
    tally.add("old", 0.0)
    tally.add("kept", 5.0)
    tally.add("kept", 9.0)
    tally.add("new", KEPT_SECONDS + 8.0)
    assert tally.add("kept", KEPT_SECONDS + 9.0) == 3
    assert tally.add("old", KEPT_SECONDS + 9.0) == 1
