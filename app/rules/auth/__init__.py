"""Rules of logging in: login names, passwords, credential slips (密码条), consent, limits."""
