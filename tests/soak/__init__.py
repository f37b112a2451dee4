"""The whole bot for many market days in a few minutes, and a table of what it left behind.

`python -m tests.soak --help` is the program, `make soak` its usual run; docs/soak.md says what is
run, what is judged, and what came of it last.
"""
