"""What the docs claim, measured. Run with `make bench`."""
