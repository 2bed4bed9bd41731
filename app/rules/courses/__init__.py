"""Rules of courses: content, assessment, disciplines, states of the review."""
