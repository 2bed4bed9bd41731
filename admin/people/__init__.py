"""The management side: accounts, which are listed, added, edited, disabled and deleted."""
