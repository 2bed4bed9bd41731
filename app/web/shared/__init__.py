"""Pages: helpers that several subjects use."""
