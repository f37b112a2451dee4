from datetime import date

from bot.formulas.words import billions_text, day_text, month_text


def test_days_months_and_amounts_read_as_people_write_them() -> None:
    assert day_text(date(2026, 1, 22)) == "22 Jan 2026"
    assert day_text(date(1996, 5, 7)) == "7 May 1996"
    assert month_text(date(2025, 10, 1)) == "October 2025"
    assert billions_text(1.24e9) == "1.2 bn USD"
    assert billions_text(-3.6e8) == "-0.4 bn USD"
    assert billions_text(-3e7) == "0.0 bn USD"
