"""Text formats: comma-separated values."""
