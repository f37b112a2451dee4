"""Bytes from outside, of any kind, for everything that reads some: one file a kind of reader.

Each file names its targets, which hypothesis feeds in `make test` and libFuzzer, led by what is
covered, in `make fuzz`. What either found stands in `found/<target>/` and is tried again for ever.
"""
