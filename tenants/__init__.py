"""Tenancy, the bottom layer: the school of a request, the rows that its session may see, and the database handle."""
