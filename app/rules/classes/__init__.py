"""Rules of classes (班级)."""
