"""The management side: helpers that several subjects use."""
