"""Which school is this, and what may this session see. The bottom layer; it owns the database handle."""
