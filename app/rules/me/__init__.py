"""Rules of a person's own pages."""
