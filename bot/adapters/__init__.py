"""Chat platforms, one file each, and the only home of its library. Each module defines PLATFORM."""
