"""What services of every subject use."""
