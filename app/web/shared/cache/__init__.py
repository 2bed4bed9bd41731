"""The caches of pages and of parts of pages, in Redis."""
