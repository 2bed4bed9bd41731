"""Use cases. Each takes a ``Context`` first: permission, rule, rows, audit. None of them commits."""
