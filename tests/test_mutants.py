"""How what a mutant changed is found on the page that explains it."""

from tests import mutants

DIFF = """# bot.rules.x_beyond__mutmut_2: survived
--- bot/rules.py
+++ bot/rules.py
@@ -2,4 +2,4 @@
     if value == rule.level:
         return rule.inclusive
-    return value < rule.level
+    return value <= rule.level
"""


def test_a_mutant_is_known_by_its_line_wherever_that_stands() -> None:
    found = mutants.change(DIFF)
    assert found == ("return value < rule.level", "return value <= rule.level")
    page = f"Because.\n\n```diff\n- {found[0]}\n+ {found[1]}\n```\n"
    assert mutants.explained(page) == {found}


def test_what_is_not_explained_and_what_is_gone_are_errors() -> None:
    one, other = ("a", "b"), ("c", "d")
    assert mutants._told({one}, {one}, whole=True) == 0
    assert mutants._told({one, other}, {one}, whole=True) == 1
    assert mutants._told({one}, {one, other}, whole=True) == 1
    assert mutants._told({one}, {one, other}, whole=False) == 0


def test_every_explained_change_is_of_a_line_that_there_is() -> None:
    page = mutants.EXPLAINED.read_text(encoding="utf-8")
    source = "".join(
        (mutants.ROOT / "bot" / f"{name}.py").read_text(encoding="utf-8")
        for name in ("rules", "board", "calendar")
    )
    changes = mutants.explained(page)
    assert changes
    assert all(before in source for before, _ in changes)
