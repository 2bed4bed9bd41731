"""The newest migration; two branches that each add one conflict in this file and not in the database."""

HEAD = "0008"
