"""Announcements (公告) of the alliance and of schools."""
