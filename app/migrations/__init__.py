"""Alembic migrations, which the owner role runs, never the application's role."""
