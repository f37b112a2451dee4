import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.html_tables import MOST_ROWS, table_rows

PAGE = b"""<p>Flows</p><TABLE id=a class="x etfs"><tr><th>A<td>b</table>
<table class="wide etf"><thead><tr><th> Day </th><th>F&amp;B</th></tr></thead><tbody>
<tr><td><div align="right"><span class="red">(1.5)</span></div></td><td></td></tr></tbody></table>
<table><tr><td>late</td></tr></table>"""


def test_the_first_table_is_read_cell_by_cell() -> None:
    assert table_rows(PAGE) == [["A", "b"]]


def test_a_marked_table_is_found_by_its_class() -> None:
    assert table_rows(PAGE, marked="etf") == [["Day", "F&B"], ["(1.5)", ""]]


def test_a_page_without_such_a_table_has_no_rows() -> None:
    assert table_rows(PAGE, marked="flows") == []
    assert table_rows(b"<html></html>") == []


def test_what_is_commented_out_is_not_there() -> None:
    page = b"<table><tr><!-- <td>old</td> --><td>new</td></tr></table>"
    assert table_rows(page) == [["new"]]


@pytest.mark.parametrize(
    "piece",
    [
        b"<div>",
        b"<div <x></td>",
        b"<svg><tr><td>",
        b"<table><tr><td>",
        b"<table",
        b"<tr><td>x",
        b"<td",
        b"<!--",
        b"<",
        b"<b><p>",
    ],
    ids=repr,
)
def test_a_monstrous_page_is_read_in_little_time(piece: bytes) -> None:
    page = b"<table class=etf><tr><td>" + piece * (2**20 // len(piece))
    started = time.process_time()
    assert len(table_rows(page, marked="etf")) <= MOST_ROWS
    assert time.process_time() - started < 5.0


@given(st.binary(max_size=300) | st.text("<>/tablerdh! -=\"'x", max_size=200).map(str.encode))
def test_any_bytes_have_rows_or_none(page: bytes) -> None:
    for row in table_rows(b"<table>" + page):
        assert all(isinstance(cell, str) for cell in row)
