"""The management side: the alliance's settings, the activity of its schools, and visits to schools."""
