"""Rules of schools: accent colours, addresses, unit codes."""
