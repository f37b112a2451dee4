"""Chat commands, one file each, free of any platform. Each module defines COMMAND."""
