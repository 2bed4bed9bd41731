"""Change requests of students (学籍信息审核)."""
