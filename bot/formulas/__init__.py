"""The arithmetic behind the indicators: daily points in, daily measures out.

Everything here is pure. Nothing reads a clock, and a day that cannot be computed has no measure:
never a zero, never a guess.
"""
