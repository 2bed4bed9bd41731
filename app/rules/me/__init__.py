"""Rules: a person's own pages: own courses, own information, calendar, all data of one's own."""
