"""What the pages of an import do and read."""
