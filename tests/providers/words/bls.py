from collections.abc import Mapping

from bot.calendar import final_at
from bot.model import Cadence
from tests.providers.market import Distortion, Market, Words, distorted

BLS = "api.bls.gov"
PAGE = "/publicAPI/v1/timeseries/data/"
IDS = {"CUSR0000SA0": "cpi", "CUUR0000SA0": "cpi_nsa"}


def bls(
    market: Market, path: str, query: Mapping[str, str], distortion: Distortion | None
) -> object | None:
    """A series' months, newest first, and a year's average after its December."""
    series_id = path.removeprefix(PAGE)
    if distortion is Distortion.ERROR_ENVELOPE:
        said = "Request could not be serviced, as the daily threshold has been reached."
        return {
            "status": "REQUEST_NOT_PROCESSED",
            "responseTime": 1,
            "message": [said],
            "Results": {},
        }
    if series_id not in IDS:
        return None
    known = [
        (day, value)
        for day, value in market.days(BLS, IDS[series_id])
        if final_at(Cadence.MONTH, day) <= market.clock()
    ]
    if distortion is Distortion.YESTERDAY:
        known.pop()
    elif distortion is not None:
        day, value = known[-1]
        known[-1] = (day, None if value is None else distorted(value, distortion))
    rows: list[dict[str, object]] = []
    for day, value in reversed(known):
        row = {"year": f"{day:%Y}", "period": f"M{day:%m}", "periodName": f"{day:%B}"}
        text = "-" if value is None else f"{value:.3f}"
        if day.month == 12:
            average = {"period": "M13", "periodName": "Annual", "value": text}
            rows.append({**row, **average, "footnotes": [{}]})
        rows.append({**row, "value": text, "footnotes": [{}]})
    if distortion is Distortion.DUPLICATE_DAYS:
        rows.insert(0, {**rows[0], "value": "300.000"})
    rows[0]["latest"] = "true"
    return {
        "status": "REQUEST_SUCCEEDED",
        "responseTime": 120,
        "message": [],
        "Results": {"series": [{"seriesID": series_id, "data": rows}]},
    }


HOSTS: dict[str, Words] = {BLS: bls}
