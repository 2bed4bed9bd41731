"""The management side: what several subjects need."""
