"""Pages: the alliance's public courses, a school's catalogue, and the page of a course."""
