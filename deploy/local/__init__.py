"""The platform on one machine with its own servers; production never imports this package."""
