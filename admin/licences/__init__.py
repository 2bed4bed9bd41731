"""The management side: licences (授权) of courses to schools, single, in bulk and by sheet."""
