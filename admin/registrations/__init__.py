"""The management side: registrations of an offering, its seats and its waiting list (候补)."""
