"""What is watched, one pure file each. Each module defines INDICATOR."""
