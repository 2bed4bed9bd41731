"""Alembic migrations; run by the owner role, never by the application's."""
