"""Services that several subjects use."""
