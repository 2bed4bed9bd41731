"""The longest texts of a person, in characters, for tables and readers alike."""

STUDENT_NO = 32
NAME = 64
NICKNAME = 64
CLASS_NAME = 64
MAJOR = 64
EMAIL = 254
BIO = 2000
PICTURE_NAME = 200
