"""Logging in: finding accounts, passwords, credential slips (密码条), consent, limits."""
