"""Imports of rosters: from the upload to its undoing."""
