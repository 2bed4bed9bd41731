"""The management side: logging in: accounts found, passwords, credential slips (密码条), consent, limits."""
