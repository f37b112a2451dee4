"""What the past says of rules and claims: how often, for how long, and what came after.

Everything here is pure. A figure comes with the number of cases it rests on, and none is a
probability: what followed is told, never what will.
"""
