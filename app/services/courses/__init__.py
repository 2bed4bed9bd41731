"""Courses and their catalogue text: drafts, versions, review, recommendation."""
