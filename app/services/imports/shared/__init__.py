"""What both kinds of roster and both runs need."""
