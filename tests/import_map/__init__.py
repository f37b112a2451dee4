"""Draws the map in docs/architecture.md from the imports in the code."""
