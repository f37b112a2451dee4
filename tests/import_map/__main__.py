"""Draws docs/pictures/map-light.svg and map-dark.svg."""

from tests.import_map.drawing import DARK, LIGHT, draw
from tests.import_map.imports import read
from tests.import_map.rooms import ROOT

PICTURES = {
    ROOT / "docs/pictures/map-light.svg": LIGHT,
    ROOT / "docs/pictures/map-dark.svg": DARK,
}


def main() -> None:
    """Write both."""
    imports = read()
    for path, look in PICTURES.items():
        path.write_text(draw(imports, look), encoding="utf-8")


if __name__ == "__main__":
    main()
