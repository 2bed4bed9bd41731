"""Pages: logging in: sessions, captchas, limits, passwords, consent."""
