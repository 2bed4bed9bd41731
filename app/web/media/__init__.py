"""Pages: pictures: checked, made anew, shown."""
