"""Where a chart may be written, and that it is written whole."""

import os
from pathlib import Path

import pytest

from bot.chart_file import UnwritableChart, check, suffix, write

LONGER_THAN_ANY_NAME = f"{'a' * 300}.png"


@pytest.mark.parametrize(
    ("name", "format_"), [("out.png", "png"), ("OUT.PNG", "png"), ("a.b/c.d.svg", "svg")]
)
def test_the_ending_says_the_format(name: str, format_: str) -> None:
    assert suffix(Path(name)) == format_


@pytest.mark.parametrize("name", ["out", "out.bmp", "out.", ".png", "."])
def test_an_ending_that_cannot_be_drawn_is_refused_with_those_that_can(name: str) -> None:
    with pytest.raises(UnwritableChart, match=r"no ending that I can draw; those are \.png, \.svg"):
        check(Path(name))


def test_a_good_place_is_left_as_it_was(tmp_path: Path) -> None:
    check(tmp_path / "new.png")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "old.png").write_bytes(b"old")
    check(tmp_path / "old.png")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnwritableChart, match=r"There is no folder .*/none to write out\.png to\."):
        check(tmp_path / "none" / "out.png")
    (tmp_path / "file").touch()
    with pytest.raises(UnwritableChart, match="There is no folder"):
        check(tmp_path / "file" / "out.png")


def test_what_is_no_file_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "folder.png").mkdir()
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "lost.png").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop.png").symlink_to(tmp_path / "loop.png")
    for name in ("folder", "pipe", "lost", "loop"):
        with pytest.raises(UnwritableChart, match=rf"{name}\.png cannot be written over\."):
            check(tmp_path / f"{name}.png")


def test_the_systems_refusal_is_told_before_and_when_it_comes_late(tmp_path: Path) -> None:
    path = tmp_path / LONGER_THAN_ANY_NAME
    with pytest.raises(UnwritableChart, match=r"cannot be written: File name too long\."):
        check(path)
    with pytest.raises(UnwritableChart, match=r"cannot be written: File name too long\."):
        write(path, b"picture")
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(UnwritableChart, match=r"cannot be written: Is a directory\."):
        write(tmp_path / "folder.png", b"picture")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.png"]


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_permissions_are_asked_before(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    with pytest.raises(UnwritableChart, match=r"cannot be written: Permission denied\."):
        check(closed / "out.png")
    (tmp_path / "mine.png").touch(mode=0o400)
    with pytest.raises(UnwritableChart, match=r"mine\.png cannot be written over\."):
        check(tmp_path / "mine.png")


def test_a_file_is_replaced_at_one_stroke(tmp_path: Path) -> None:
    path = tmp_path / "out.png"
    path.write_bytes(b"old")
    with path.open("rb") as reader:
        write(path, b"new picture")
        assert reader.read() == b"old", "Who reads the old file reads all of it."
    assert path.read_bytes() == b"new picture"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_and_its_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    real = tmp_path / "there" / "real.png"
    real.write_bytes(b"old")
    link = tmp_path / "link.png"
    link.symlink_to(real)
    check(link)
    write(link, b"new picture")
    assert link.is_symlink()
    assert real.read_bytes() == b"new picture"
    assert list(real.parent.iterdir()) == [real]
