"""Measurements against floors taken beside them in the same run: ``python -m bench``."""
