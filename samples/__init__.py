"""Student files as schools send them, and the program that writes them. All people are invented."""
