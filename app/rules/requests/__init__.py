"""Rules: change requests of students (学籍信息审核)."""
