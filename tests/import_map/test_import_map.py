"""The map shows the code as it is."""

import pytest

from tests.import_map.__main__ import PICTURES
from tests.import_map.drawing import draw
from tests.import_map.imports import FEW, Imports, read, telling
from tests.import_map.layout import boxes, ways
from tests.import_map.rooms import GROUND, ROOMS, ROOT, ROWS, Homeless, files, room_of


@pytest.fixture(scope="module")
def imports() -> Imports:
    return read()


def test_the_pictures_are_up_to_date(imports: Imports) -> None:
    for path, look in PICTURES.items():
        assert path.read_text(encoding="utf-8") == draw(imports, look), "run make map"


def test_a_room_imports_only_from_rooms_below(imports: Imports) -> None:
    depth = {each.name: number for number, row in enumerate((*ROWS, GROUND)) for each in row}
    ground = depth[GROUND[0].name]
    upward = [
        (start, end)
        for start, end in imports.arrows
        if depth[start] >= depth[end] and depth[start] != ground
    ]
    assert upward == [], "move a module in tests/import_map/rooms.py, or mend the import"


def test_every_file_that_a_room_names_is_there() -> None:
    for room in ROOMS:
        for name in files(room):
            beside = room.modules[0] == "handlers" and name == "handlers/"
            assert (ROOT if beside else ROOT / "bot").joinpath(name).exists(), name


def test_a_module_without_a_room_is_told_in_one_sentence() -> None:
    with pytest.raises(Homeless, match=r"^bot\.attic must be in one room of tests/.+rooms\.py\.$"):
        room_of("bot.attic")
    assert room_of("bot.stores.keys").name == "stores"


def test_few_imports_have_no_arrow_where_a_longer_way_leads() -> None:
    arrows = {("a", "b"): 1, ("b", "c"): 9, ("a", "c"): FEW - 1, ("a", "d"): 1, ("b", "model"): 80}
    assert telling(arrows).keys() == {("a", "b"), ("b", "c"), ("a", "d")}
    assert ("a", "c") in telling(arrows | {("a", "c"): FEW})


def test_no_way_crosses_a_box(imports: Imports) -> None:
    rows, arrows = boxes(imports), telling(imports.arrows)
    for ends, way in ways(rows, arrows).items():
        passed = set(way[1:-1])
        for box in (box for row in rows for box in row):
            assert not any(
                box.left < x < box.right and box.top <= y <= box.bottom for x, y in passed
            ), (ends, box.room.name)


def test_what_stands_in_a_box_has_room_in_it(imports: Imports) -> None:
    for box in (box for row in boxes(imports) for box in row):
        assert 5.6 * len(box.room.what) < box.width, box.room.what
        assert 5.4 * len(" · ".join(imports.libraries[box.room.name])) < box.width, box.room.name
