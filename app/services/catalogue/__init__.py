"""Courses that people can choose from: the alliance's public courses, a school's catalogue, a course's page."""
