"""Pages and parts of pages kept in Redis."""
