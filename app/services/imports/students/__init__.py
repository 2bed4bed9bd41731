"""Student rosters."""
