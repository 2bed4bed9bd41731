"""Registrations of people for offerings: seats, the waiting list (候补), registration by oneself and by staff."""
