"""What was stumbled over once is read without stumbling, for ever."""

from tests.fuzz.guided import KINDS
from tests.fuzz.kinds import opened
from tests.fuzz.target import FOUND

KEPT = sorted(FOUND.glob("*/*"))


def test_what_was_found_is_read() -> None:
    names = {path.parent.name for path in KEPT}
    assert names
    for kind in KINDS:
        with opened(kind) as targets:
            for target in targets:
                names.discard(target.name)
                for path in target.found:
                    target.feed(path.read_bytes())
    assert not names, "There are finds of targets that are gone."
