"""Students' rosters."""
