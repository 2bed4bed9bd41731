"""The demonstration: a fictional alliance of three schools; every name and number is invented."""
