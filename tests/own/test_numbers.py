"""Numbers keep every digit that was typed."""

from decimal import Decimal

import pytest
from hypothesis import given

from bot.model import Unit
from bot.own.numbers import AMOUNT, amount, bare, spoken
from tests.own.typed import numbers


def read(text: str, unit: Unit = Unit.USD) -> float:
    match = AMOUNT.fullmatch(text)
    assert match is not None
    return amount(match, unit)


@given(numbers(-1e15, 1e15))
def test_a_number_is_read_back_as_it_was_written(value: float) -> None:
    assert read(bare(value)) == value


@given(numbers(-1e15, 1e15))
def test_what_is_spoken_loses_no_digit(value: float) -> None:
    for unit in (Unit.USD, Unit.POINTS, Unit.PCT):
        number, *rest = spoken(value, unit).replace(",", "").split()
        scale = {"m": 6, "bn": 9, "trn": 12}.get(rest[0] if rest else "", 0)
        assert float(Decimal(number).scaleb(scale)) == value


@pytest.mark.parametrize(
    ("value", "typed", "said"),
    [
        (2700.0, "2700", "2,700 USD"),
        (1.5e9, "1.5bn", "1.5 bn USD"),
        (-5e8, "-500m", "-500 m USD"),
        (1234567.0, "1234567", "1,234,567 USD"),
        (0.5, "0.5", "0.5 USD"),
        (0.0, "0", "0 USD"),
    ],
)
def test_round_numbers_are_written_shortly(value: float, typed: str, said: str) -> None:
    assert bare(value) == typed
    assert spoken(value, Unit.USD) == said


@pytest.mark.parametrize(
    ("text", "value"),
    [(" 1,234,567.5", 1234567.5), ("$70k", 70e3), (".5", 0.5), ("+2 million", 2e6),
     ("1e5", 1e5), ("-0", 0.0), ("3 trillion dollars", 3e12)],
)  # fmt: skip
def test_a_number_may_be_typed_in_many_ways(text: str, value: float) -> None:
    assert str(read(text)) == str(value)


@pytest.mark.parametrize("text", ["2,7", "2,7000", "1.2.3", "one", "", "--1", "٥"])
def test_what_can_be_read_in_two_ways_is_no_number(text: str) -> None:
    assert AMOUNT.fullmatch(text) is None
