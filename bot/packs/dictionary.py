"""The words that codes of packs are made of: what stands here costs a code next to nothing.

It belongs to version 1 of the codes, of which people keep copies: not a letter of it may change.
Whatever is watched later is written out, and a new version would have a dictionary of its own.
"""

_RARE = (
    "altcoin_season_index_blockchaincenter binance_funding binance_open_interest "
    "btc_change_1y btc_dominance_change_30d btc_etf_flow btc_etf_flow_5 btc_etf_flow_month "
    "btc_etf_flow_year bybit_funding bybit_open_interest correlation correlation_levels cpi "
    "cpi_3m_annualised cpi_headline_yoy cpi_nsa fed_assets fed_assets_change_13w "
    "fed_assets_pace fed_funds fed_soma fed_soma_pace holder_accumulation holder_change_30d "
    "iwm lth_supply new_tokens_30d okx_funding okx_liquidations_24h okx_open_interest "
    "own_season_100 own_season_50 own_season_blue_chips own_season_breadth "
    "own_season_long_tail russell_2000_future russell_2000_high russell_change_15_sessions "
    "russell_change_year_to_date smallcap_streak smallcap_streak_longest sp_500 "
    "stablecoin_change_30d token_dilution total3_ex_stablecoins tracked_tokens "
    "whale_accumulation whale_change_30d whale_supply "
)
"""Numbers that few people set an alert on."""
_OPTIONS = (
    " in 400 days in 90 days in 14 days in 1 day in 15 sessions in 20 sessions in 5 sessions"
    " in 7 days in 30 days falls 3pp rises 3pp falls 20% rises 20% falls 9% rises 9%"
    " falls 5% rises 5% falls 10% rises 10% step 0.5 step 1 until 2027-12-31 until 2026-12-31"
    " for 12h for 3d for 1d for 2d remind 6h remind 1w remind 1d once"
)
"""Changes, and what may follow conditions."""
_TOPICS = (
    " strength etf correlation liquidity whales leverage inflation dilution stagnation"
    " breakout dominance season phase health"
)
"""In the order in which they are listed, those of the essentials last."""
_COMMON = (
    "\nfear_greed below 20\nfear_greed above 80"
    "\neth_dominance above 15"
    "\ntotal3 above 1trn"
    "\ntotal_market_cap above 4trn\ntotal_market_cap falls "
    "\nstablecoin_supply above 300bn"
    "\nsmallcap_relative_strength above 5"
    "\nrussell_distance_to_record above -2"
    "\ncpi_yoy below 2.5\ncpi_yoy above 3"
    "\nliquidations_24h above 1bn"
    "\nbtc_etf_flow_20 below 0\nbtc_etf_flow_20 above 0\nbtc_etf_flow_20 above 1bn"
    "\nbtc_price rises \nbtc_price below 100000\nbtc_price above 100000"
    "\nrussell_2000 falls \nrussell_2000 rises \nrussell_2000 below \nrussell_2000 above 2700"
    "\naltcoin_season_index below 25\naltcoin_season_index above 75"
    "\nbtc_dominance rises \nbtc_dominance falls \nbtc_dominance above 60"
    "\nbtc_dominance below 50\nbtc_dominance below 57\nbtc_dominance below 55"
    " and btc_etf_flow_20 above 0 and btc_dominance below 55 and altcoin_season_index above 75"
)
"""Numbers that many people set an alert on, with the levels that they choose."""

DICTIONARY = (_RARE + _OPTIONS + _TOPICS + _COMMON).encode()
