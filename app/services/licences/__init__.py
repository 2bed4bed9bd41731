"""Licences (授权), which schools may offer which courses: singly, in bulk and by sheet."""
