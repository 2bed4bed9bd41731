"""Rules: what several subjects need."""
