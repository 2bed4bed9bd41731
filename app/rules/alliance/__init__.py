"""The alliance itself: its settings, what waits for the secretariat, the schools' activity, visits to schools."""
