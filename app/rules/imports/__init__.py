"""Rules: rosters of students and teachers, from the upload to the undo."""
