"""Pages: pictures, which are served at permanent addresses."""
