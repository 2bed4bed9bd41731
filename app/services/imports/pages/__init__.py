"""Services for the pages of an import."""
