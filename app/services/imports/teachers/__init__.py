"""Teachers' rosters."""
