"""Talks with the real program, drawn as people see them on their phones."""
