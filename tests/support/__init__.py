"""Fixtures and helpers shared by the tests, one module a subject."""
