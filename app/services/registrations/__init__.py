"""Use cases: registrations of people for offerings: seats, the waiting list (候补), by oneself and by staff."""
