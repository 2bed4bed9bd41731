"""Sample rosters as schools send them, and the program that writes them; all people are invented."""
