"""How the work of a regular expression may grow with its input, told from its shape.

A backtracking matcher tries every way in which a pattern can read a text. So the ways are counted:
the pattern becomes an automaton whose states are its characters (Glushkov, "The abstract theory of
automata", 1961), and two kinds of loops in it betray growth (Weber and Seidl, "On the degree of
ambiguity of finite automata", 1991): a state that one text leads back to itself in two ways makes
it exponential; a loop from which the same text leads into another loop makes it quadratic or worse.

Where it errs, it errs on the side of growth: assertions are taken to hold, and nothing of what
follows a loop is asked to fail.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import import_module
from itertools import product
from typing import Any

# The standard library's own reading of a pattern, which has no public name.
parser, code, compiler = (
    import_module(f"re._{part}") for part in ("parser", "constants", "compiler")
)

LONGEST_UNROLLED = 16
"""A repetition up to so many times is written out; a longer one counts as a loop."""
States = tuple[int, ...]
"""Several at once, all of which have read the same."""
OFTEN = 2
"""More ways than this are as bad as this many."""
USUAL = " \n\t\u2028\x00_-/5\u0663xXéß\ud800"


class Growth(StrEnum):
    """How the time for a text grows with its length."""

    LINEAR = "linear"
    POLYNOMIAL = "polynomial"
    EXPONENTIAL = "exponential"


@dataclass
class _Piece:
    """A part of a pattern: where it may begin and end, and in how many ways it may be empty."""

    first: Counter[int] = field(default_factory=Counter)
    last: Counter[int] = field(default_factory=Counter)
    empty: int = 1


def _times(positions: Counter[int], ways: int) -> Counter[int]:
    return Counter({each: count * ways for each, count in positions.items()} if ways else {})


class _Automaton:
    """The characters of a pattern, which may follow which, and in how many ways."""

    def __init__(self, pattern: re.Pattern[str], *, searched: bool) -> None:
        tree = parser.parse(pattern.pattern, pattern.flags)
        self._flags = pattern.flags & (re.IGNORECASE | re.ASCII | re.DOTALL | re.UNICODE)
        self._alphabet = _letters(tree)
        self.reads: list[frozenset[str]] = []
        self.follow: Counter[tuple[int, int]] = Counter()
        self._assertions = 0
        whole = self._sequence(tree)
        self.anywhere = frozenset[int]()
        self.never_fails = frozenset() if self._assertions else frozenset(whole.last)
        """A search that has come so far has found something, and goes on behind it."""
        if searched:
            # A search begins anywhere: something of any length stands before.
            before = self._loop(self._character(frozenset(self._alphabet)))
            self.anywhere = frozenset(before.last)
            self._joined(before, whole)
        self.steps: dict[int, set[int]] = {}
        for one, other in self.follow:
            self.steps.setdefault(one, set()).add(other)

    def together(self, states: States, within: Sequence[frozenset[int]]) -> Iterator[States]:
        """Where several states can go on one and the same letter, each within its own bounds."""
        ways = [self.steps[state] & bound for state, bound in zip(states, within, strict=True)]
        for afterwards in product(*ways):
            if frozenset.intersection(*(self.reads[state] for state in afterwards)):
                yield afterwards

    def _character(self, letters: frozenset[str]) -> _Piece:
        self.reads.append(letters)
        position = len(self.reads) - 1
        return _Piece(Counter((position,)), Counter((position,)), 0)

    def _sequence(self, items: Iterable[tuple[Any, Any]]) -> _Piece:
        whole = _Piece()
        for operation, argument in items:
            whole = self._joined(whole, self._one(operation, argument))
        return whole

    def _one(self, operation: Any, argument: Any) -> _Piece:
        if operation in (code.AT, code.ASSERT, code.ASSERT_NOT):
            self._assertions += 1
            return _Piece()
        if operation is code.BRANCH:
            return self._either([self._sequence(each) for each in argument[1]])
        if operation is code.GROUPREF_EXISTS:
            return self._either([self._sequence(each or ()) for each in argument[1:]])
        if operation is code.SUBPATTERN and not any(argument[1:3]):
            return self._sequence(argument[3])
        if operation in (code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT):
            return self._repeated(*argument)
        if operation not in (code.LITERAL, code.NOT_LITERAL, code.ANY, code.IN):
            raise NotImplementedError(operation)
        letters = (each for each in self._alphabet if self._takes(operation, argument, each))
        return self._character(frozenset(letters))

    def _repeated(self, least: int, most: Any, body: Sequence[tuple[Any, Any]]) -> _Piece:
        whole = _Piece()
        for _ in range(least):
            whole = self._joined(whole, self._sequence(body))
        if most is code.MAXREPEAT or most - least > LONGEST_UNROLLED:
            return self._joined(whole, self._loop(self._sequence(body)))
        rest = _Piece()
        for _ in range(most - least):
            rest = self._either([_Piece(), self._joined(self._sequence(body), rest)])
        return self._joined(whole, rest)

    def _joined(self, one: _Piece, other: _Piece) -> _Piece:
        self._link(one.last, other.first)
        return _Piece(
            one.first + _times(other.first, one.empty),
            other.last + _times(one.last, other.empty),
            min(OFTEN, one.empty * other.empty),
        )

    def _loop(self, body: _Piece) -> _Piece:
        self._link(body.last, body.first)
        return _Piece(body.first, body.last, min(OFTEN, 1 + body.empty))

    def _either(self, pieces: Sequence[_Piece]) -> _Piece:
        whole = _Piece(empty=min(OFTEN, sum(piece.empty for piece in pieces)))
        for piece in pieces:
            whole.first += piece.first
            whole.last += piece.last
        return whole

    def _link(self, last: Counter[int], first: Counter[int]) -> None:
        for (before, ways), (after, more) in product(last.items(), first.items()):
            self.follow[before, after] += ways * more

    def _takes(self, operation: Any, argument: Any, letter: str) -> bool:
        """Whether one letter fits, as the library itself sees it."""
        single = parser.SubPattern(parser.State(), [(operation, argument)])
        return bool(compiler.compile(single, self._flags).fullmatch(letter))


def growth(pattern: re.Pattern[str], *, searched: bool) -> Growth:
    """The worst growth that a pattern's shape allows, where a match begins at once or anywhere."""
    automaton = _Automaton(pattern, searched=searched)
    loops = list(_loops(automaton))
    if any(_leads_back_twice(automaton, loop) for loop in loops):
        return Growth.EXPONENTIAL
    if any(_leads_on(automaton, one, other) for one, other in product(loops, loops)):
        return Growth.POLYNOMIAL
    return Growth.LINEAR


def _leads_back_twice(automaton: _Automaton, loop: frozenset[int]) -> bool:
    """Whether some text leads from a state of the loop back to it in two ways."""
    if any(automaton.follow[step] > 1 for step in product(loop, loop)):
        return True

    def onward(pair: States) -> Iterator[States]:
        return automaton.together(pair, (loop, loop))

    apart = ((one, other) for one, other in product(loop, loop) if one < other)
    return any(
        any(one == other for one, other in _reached(pair, onward))
        and any(pair in _reached((each, each), onward) for each in loop)
        for pair in apart
    )


def _leads_on(automaton: _Automaton, one: frozenset[int], other: frozenset[int]) -> bool:
    """Whether some text leads round one loop, from it into the other, and round that as well."""
    if one == other or (one == automaton.anywhere and other <= automaton.never_fails):
        return False
    between = frozenset(automaton.steps)

    def onward(state: States) -> Iterator[States]:
        return automaton.together(state, (one, between | other, other))

    return any(
        (begin, end, end) in _reached((begin, begin, end), onward)
        for begin, end in product(one, other)
    )


def _reached(start: States, onward: Callable[[States], Iterable[States]]) -> set[States]:
    """All that can be reached in one step or more."""
    found: set[States] = set()
    waiting = [start]
    while waiting:
        for each in onward(waiting.pop()):
            if each not in found:
                found.add(each)
                waiting.append(each)
    return found


def _loops(automaton: _Automaton) -> Iterator[frozenset[int]]:
    """The states that lead to each other and back to themselves."""

    def onward(state: States) -> Iterator[States]:
        yield from ((each,) for each in automaton.steps.get(state[0], ()))

    reached = {each: {found for (found,) in _reached((each,), onward)} for each in automaton.steps}
    seen: set[int] = set()
    for each, found in reached.items():
        if each in found and each not in seen:
            loop = frozenset(other for other in found if each in reached.get(other, ()))
            seen |= loop
            yield loop


def _letters(tree: Any) -> str:
    """One letter at least of every kind that a pattern tells from others."""
    found = set(USUAL)
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, parser.SubPattern):
            waiting.extend(node.data)
        elif isinstance(node, list | tuple):
            waiting.extend(node)
            found |= set(_edges(node))
    return "".join(sorted(found))


def _edges(node: Sequence[Any]) -> Iterator[str]:
    """The letters that an operation names, and those beside a range of them."""
    if len(node) == 2 and node[0] in (code.LITERAL, code.NOT_LITERAL):
        yield chr(node[1])
        yield chr(node[1]).swapcase()[0]
    elif len(node) == 2 and node[0] is code.RANGE:
        low, high = node[1]
        for each in (low - 1, low, high, high + 1):
            yield chr(max(0, min(each, 0x10FFFF)))
