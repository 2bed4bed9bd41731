"""Rules of students' change requests (学籍信息审核)."""
