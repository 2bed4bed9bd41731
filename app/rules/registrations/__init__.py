"""Rules of registrations for offerings, and of the waiting list (候补)."""
