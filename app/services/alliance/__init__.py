"""The alliance itself: its settings, the secretariat's tasks, the schools' activity, visits to schools."""
