"""A person's own pages: own courses, own information, calendar, export of their data."""
