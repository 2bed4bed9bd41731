"""Rules of imports: rows of student and teacher rosters, and the states of an import."""
