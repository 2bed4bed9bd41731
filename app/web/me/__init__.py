"""Pages: a person's own courses, information, calendar and data."""
