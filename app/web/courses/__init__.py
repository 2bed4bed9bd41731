"""Pages: the presence of editors at a course."""
