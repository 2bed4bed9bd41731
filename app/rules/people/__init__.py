"""Rules: accounts: found, added, edited, shut, deleted."""
