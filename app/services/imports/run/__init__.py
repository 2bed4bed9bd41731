"""The two background runs of an import: checking and applying."""
