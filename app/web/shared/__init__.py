"""Pages: what several subjects need."""
