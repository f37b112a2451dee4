"""Which sources are asked."""

import pytest

from bot.parts import find_sources
from bot.settings import WrongSetting, load
from bot.switches import switched

ALL = find_sources()


def feeds(**settings: str) -> set[str]:
    chosen = {"sources_on": "", "sources_off": "", **settings}
    return {f.name for s in switched(ALL, load(**chosen)) for f in s.feeds}


def plans(name: str, **settings: str) -> list[bool]:
    chosen = {"sources_on": "", "sources_off": "", **settings}
    sources = switched(ALL, load(**chosen))
    return [bool(f.plan) for s in sources for f in s.feeds if f.name.startswith(name)]


def test_scraped_pages_that_say_no_are_off_until_asked_for() -> None:
    assert not {name for name in feeds() if name.startswith("farside/")}
    assert {name for name in feeds(sources_on="Farside") if name.startswith("farside/")}


def test_the_undocumented_interface_is_asked_for_the_past_alone_until_asked_for() -> None:
    assert plans("coinmarketcap_web/")
    assert not any(plans("coinmarketcap_web/"))
    assert all(plans("coinmarketcap_web/", sources_on="coinmarketcap_web"))


@pytest.mark.parametrize("spelling", ["The Block", "the_block", " THE-BLOCK ,bitbo", "the_block,"])
def test_any_source_can_be_switched_off_however_it_is_spelt(spelling: str) -> None:
    assert not {n for n in feeds(sources_off=spelling) if n.startswith("theblock/")}


def test_a_single_feed_can_be_switched_off() -> None:
    assert feeds() - feeds(sources_off="yahoo/iwm") == {"yahoo/iwm"}


def test_a_name_that_nobody_has_is_refused_with_those_that_exist() -> None:
    with pytest.raises(WrongSetting, match=r"^SOURCES_OFF names yahuu; I know .*yahoo.*\.$"):
        feeds(sources_off="yahuu")


@pytest.mark.parametrize(
    ("setting", "feed"),
    [
        ("coinmarketcap_api_key", "coinmarketcap/liquidations"),
        ("sosovalue_api_key", "sosovalue/etf_flow"),
        ("coinglass_api_key", "coinglass/etf_flow"),
    ],
)
def test_a_key_switches_on_what_needs_it(setting: str, feed: str) -> None:
    assert feed not in feeds()
    assert feed in feeds(**{setting: "secret"})


def test_everything_can_be_switched_off_but_one() -> None:
    others = ",".join(source.name for source in ALL if source.name != "Cboe")
    assert {name.partition("/")[0] for name in feeds(sources_off=others)} == {"cboe"}
