"""Large caps: the S&P 500, the yardstick small caps are measured against."""

from bot.model import Indicator, Unit

INDICATOR = Indicator(key="sp_500", title="S&P 500", unit=Unit.POINTS, series=("sp_500",))
