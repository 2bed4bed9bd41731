"""The demonstration: three fictional schools of a fictional alliance; every name and number is invented."""
