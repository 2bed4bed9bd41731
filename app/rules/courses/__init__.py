"""Rules: courses and their catalogue text: drafts, versions, review, recommendation."""
