"""The management side: accounts: found, added, edited, shut, deleted."""
