"""The management side: courses and their catalogue text, drafts, versions, review and recommendation."""
