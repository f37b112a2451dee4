"""Sums over moving windows that stay exact however long they move.

Adding what enters a window and taking away what leaves it makes floats drift. Here each float
becomes a whole number of 2**-100, and whole numbers add without loss.
"""

from collections.abc import Iterable
from itertools import accumulate
from math import ldexp

SCALE_BITS = 100
NOISE_BITS = 80
"""A spread of less than a part in 2**40 of the values themselves is rounding, not movement."""


def whole(value: float) -> int:
    """The value in units of 2**-100."""
    return int(ldexp(value, SCALE_BITS))


def sums(values: Iterable[int]) -> list[int]:
    """The sum of the first i values at index i: any window's sum is a difference of two."""
    return list(accumulate(values, initial=0))


def spread(count: int, total: int, squares: int) -> int:
    """The squared deviations from the mean, summed and times `count`; 0 where nothing moved."""
    found = count * squares - total * total
    return found if found << NOISE_BITS > count * squares else 0
