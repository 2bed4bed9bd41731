"""The management side: licences (授权): which school may offer which course, singly, in bulk and by sheet."""
