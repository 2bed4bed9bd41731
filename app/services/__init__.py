"""Use cases. Each takes a ``Context`` first and checks permission, applies rules, writes rows and audit; none commits."""
