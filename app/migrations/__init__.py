"""Alembic migrations, which the owner role runs and never the application's."""
