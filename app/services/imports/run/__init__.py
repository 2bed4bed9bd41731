"""The two runs of an import in the background: checking and applying."""
