"""Rosters as people really send them: the cases that once failed, and disguises in random combination."""
