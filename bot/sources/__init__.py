"""Providers, one file each: its URL and its answer's shape. Each module defines SOURCE."""
