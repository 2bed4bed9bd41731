"""Pages: the secretariat's visits to schools."""
