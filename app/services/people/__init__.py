"""Use cases: accounts: found, added, edited, shut, deleted."""
