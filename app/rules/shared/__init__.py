"""Rules that several subjects need."""
