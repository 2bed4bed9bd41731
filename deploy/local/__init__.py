"""The platform on one machine, with servers of its own. Production never imports this package."""
