"""The recipes in CONTRIBUTING.md, each followed in a copy of the program and seen to work."""
