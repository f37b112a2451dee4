"""Everything at once that can befall the delivery of alerts, and a table of what came of it.

`python -m tests.chaos --help` is the program, `make chaos` its usual run.
"""
