"""The newest migration, written down so that two branches adding one each collide in review and not in the database."""

HEAD = "0006"
