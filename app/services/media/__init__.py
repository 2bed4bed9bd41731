"""Use cases: pictures: checked, made anew, shown."""
