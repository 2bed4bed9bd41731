"""Use cases: what several subjects need."""
