"""The newest migration, recorded so that two branches that each add one collide in review and not in the database."""

HEAD = "0007"
