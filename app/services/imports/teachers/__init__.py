"""Teacher rosters."""
