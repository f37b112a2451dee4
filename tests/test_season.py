import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.season import HORIZON, Coin, Count, count, eligible, exclusions, read_exclusions

NOW = datetime(2026, 3, 4, 15, tzinfo=UTC)
ALT = Coin("1", 1, "Some Chain", "SOME", ("smart-contracts",), NOW - 2 * HORIZON, 2.5, 10.0)
LIST = files("bot").joinpath("season_exclusions.json").read_text("utf-8")


def counts(coin: Coin) -> bool:
    return eligible([coin], exclusions(), NOW) == (coin,)


def test_an_ordinary_altcoin_counts() -> None:
    assert counts(ALT)


@pytest.mark.parametrize(
    "tag",
    [
        "stablecoin",
        "usd-stablecoin",
        "wrapped-tokens",
        "liquid-staking-derivatives",
        "rehypothecated-crypto",
        "tokenized-gold",
        "Tokenized-Treasury-Bills",
    ],
)
def test_a_tag_leaves_a_coin_out(tag: str) -> None:
    assert not counts(replace(ALT, tags=("defi", tag)))


@pytest.mark.parametrize(
    ("name", "counted"),
    [
        ("Wrapped Anything", False),
        ("Lido Staked Ether", False),
        ("Some BRIDGED USDC (Here)", False),
        ("Renzo Restaked ETH", False),
        ("PAX Gold", False),
        ("Marigold", True),
        ("Goldfinch", True),
        ("Unwrapped", True),
        ("Mistaked", True),
        ("Bitcoin Gold", False),
    ],
)
def test_a_name_leaves_a_coin_out_by_whole_words(name: str, *, counted: bool) -> None:
    assert counts(replace(ALT, name=name)) is counted


@pytest.mark.parametrize("symbol", ["usdt", "STETH", "Xaut"])
def test_a_symbol_leaves_a_coin_out_however_it_is_written(symbol: str) -> None:
    assert not counts(replace(ALT, symbol=symbol))


def test_a_coin_that_only_sounds_like_gold_counts_anyway() -> None:
    assert counts(replace(ALT, name="Bitcoin Gold", symbol="btg"))


@pytest.mark.parametrize(
    ("price", "change", "counted"),
    [
        (1.001, 0.5, False),
        (0.971, -2.9, False),
        (0.969, 0.5, True),
        (1.001, 3.0, True),
        (1.001, -40.0, True),
        (None, 0.5, True),
    ],
)
def test_a_price_that_stays_at_a_dollar_is_a_peg(
    price: float | None, change: float, *, counted: bool
) -> None:
    assert counts(replace(ALT, price_usd=price, change_90d_pct=change)) is counted


def test_a_coin_counts_from_the_ninetieth_day_of_its_listing() -> None:
    assert counts(replace(ALT, listed=NOW - HORIZON))
    assert not counts(replace(ALT, listed=NOW - HORIZON + timedelta(seconds=1)))
    assert not counts(replace(ALT, listed=None))


def test_a_coin_without_a_rank_or_a_change_is_passed_over() -> None:
    assert not counts(replace(ALT, rank=None))
    assert not counts(replace(ALT, change_90d_pct=None))


def test_of_a_coin_that_comes_twice_the_higher_rank_counts() -> None:
    lower = replace(ALT, rank=7, change_90d_pct=99.0)
    assert eligible([lower, ALT, lower, ALT], exclusions(), NOW) == (ALT,)


def test_a_tie_with_bitcoin_is_no_gain() -> None:
    assert count([ALT], 1, 10.0) == Count(wanted=1, found=1, beat_bitcoin=0)
    assert count([ALT], 1, 9.999) == Count(wanted=1, found=1, beat_bitcoin=1)


@pytest.mark.parametrize(
    ("wanted", "found", "valid"),
    [
        (50, 45, True),
        (50, 44, False),
        (100, 90, True),
        (10, 9, True),
        (10, 8, False),
        (0, 0, False),
    ],
)
def test_a_count_stands_with_nine_tenths_of_its_coins(
    wanted: int, found: int, *, valid: bool
) -> None:
    assert Count(wanted, found, beat_bitcoin=0).is_valid is valid


def test_the_index_is_the_share_of_the_coins_found() -> None:
    assert Count(wanted=50, found=48, beat_bitcoin=12).index == 25.0


changes = st.floats(-100.0, 10_000.0)


@st.composite
def rankings(draw: st.DrawFn) -> list[Coin]:
    """Coins in order of rank, one rank each, some of them such as do not count."""
    made = draw(st.lists(st.tuples(changes, st.booleans(), st.floats(0.001, 1e5)), max_size=80))
    return [
        Coin(
            key=str(rank),
            rank=rank,
            name="Wrapped Coin" if out else "Coin",
            symbol=f"C{rank}",
            tags=(),
            listed=NOW - 2 * HORIZON,
            price_usd=price,
            change_90d_pct=change,
        )
        for rank, (change, out, price) in enumerate(made, start=1)
    ]


@given(rankings(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_and_their_copies_change_nothing(
    coins: list[Coin], chance: Any
) -> None:
    shuffled = [*coins, *coins[:5]]
    chance.shuffle(shuffled)
    assert eligible(shuffled, exclusions(), NOW) == eligible(coins, exclusions(), NOW)


@given(rankings(), changes)
def test_what_does_not_count_changes_nothing(coins: list[Coin], bitcoin: float) -> None:
    clean = [coin for coin in coins if coin.name == "Coin"]
    both = (count(eligible(each, exclusions(), NOW), 50, bitcoin) for each in (coins, clean))
    assert next(both) == next(both)


@given(rankings(), changes, changes, st.integers(1, 100))
def test_the_index_is_a_share_and_never_rises_with_bitcoin(
    coins: list[Coin], one: float, other: float, wanted: int
) -> None:
    taken = eligible(coins, exclusions(), NOW)
    low, high = (count(taken, wanted, bitcoin) for bitcoin in sorted((one, other)))
    assert low.found == high.found == min(wanted, len(taken))
    assert 0 <= high.beat_bitcoin <= low.beat_bitcoin <= low.found
    if low.is_valid:
        assert 0.0 <= high.index <= low.index <= 100.0


@given(rankings(), changes)
def test_the_top_fifty_and_the_next_fifty_make_the_hundred(
    coins: list[Coin], bitcoin: float
) -> None:
    taken = eligible([*coins, *(replace(c, key=f"b{c.key}") for c in coins)], exclusions(), NOW)
    top, rest, all_of_them = (
        count(taken, 50, bitcoin),
        count(taken[50:], 50, bitcoin),
        count(taken, 100, bitcoin),
    )
    assert top.found + rest.found == all_of_them.found
    assert top.beat_bitcoin + rest.beat_bitcoin == all_of_them.beat_bitcoin


def test_a_long_name_is_judged_in_no_time() -> None:
    started = perf_counter()
    assert counts(replace(ALT, name="wrappe staked_ " * 20_000))
    assert perf_counter() - started < 2.0


def test_the_list_names_its_version_by_day() -> None:
    assert exclusions().version == date.fromisoformat(json.loads(LIST)["version"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"version": "November"},
        {"version": 3},
        {"tag_words": []},
        {"name_words": []},
        {"symbols": "USDT"},
        {"tags": ["misspelt"]},
    ],
    ids=str,
)
def test_a_list_that_is_not_one_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        read_exclusions(json.dumps(json.loads(LIST) | wrong))


def test_a_name_word_is_taken_literally() -> None:
    listed = read_exclusions(json.dumps(json.loads(LIST) | {"name_words": ["a.b(c"]}))
    assert listed.holds(replace(ALT, name="an a.b(c d"))
    assert not listed.holds(replace(ALT, name="an axb(c d"))
