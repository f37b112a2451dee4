"""Which indicator is meant, and which is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.own.mistakes import NotUnderstood
from bot.own.names import SHORT_NAMES, meant
from tests.own.typed import BY_KEY, INDICATORS


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda each: each.key)
def test_its_key_and_its_title_mean_it(indicator: object) -> None:
    for one in INDICATORS:
        if one is indicator:
            for name in (one.key, one.title, one.key.upper(), one.key.replace("_", "-")):
                assert meant(name, INDICATORS).indicator is one
                assert not meant(name, INDICATORS).guessed


@pytest.mark.parametrize("short", SHORT_NAMES)
def test_a_short_name_means_an_indicator_that_there_is(short: str) -> None:
    assert meant(short, INDICATORS).indicator is BY_KEY[SHORT_NAMES[short]]


@pytest.mark.parametrize(
    ("slip", "key"),
    [
        ("domminance", "btc_dominance"),
        ("bitcoin dominence", "btc_dominance"),
        ("eth domminance", "eth_dominance"),
        ("russel 2000", "russell_2000"),
        ("fear and gread", "fear_greed"),
        ("stabelcoin supply", "stablecoin_supply"),
    ],
)
def test_a_slip_that_can_be_only_one_is_taken_as_a_guess(slip: str, key: str) -> None:
    found = meant(slip, INDICATORS)
    assert (found.indicator.key, found.guessed) == (key, True)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("russell 3000", "Did you mean russell_2000"),
        ("total2", "Did you mean total3?"),
        ("sp 600", "Did you mean sp_500"),
        ("xrp dominance", "Did you mean btc_dominance"),
        ("xrpdominance", "Did you mean btc_dominance"),
        ("bct dominance", "Did you mean btc_dominance"),
        ("funding", "binance_funding, bybit_funding or okx_funding"),
        ("btc_etf_flow_21", "Did you mean btc_etf_flow_20"),
        ("qqqqqq", "/status lists all there are"),
    ],
)
def test_another_number_is_never_taken_for_one_i_know(name: str, hint: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        meant(name, INDICATORS)
    assert hint in str(refused.value)


@given(st.text(max_size=60))
def test_any_name_is_an_indicator_or_the_one_error(name: str) -> None:
    try:
        found = meant(name, INDICATORS).indicator.key
    except NotUnderstood as refused:
        found = str(refused)
    assert found in BY_KEY or found.startswith("I have no number called “")
