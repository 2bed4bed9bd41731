"""Accounts of people: search, create, edit, disable, delete."""
