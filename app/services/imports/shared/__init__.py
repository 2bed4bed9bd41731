"""The parts that both kinds of roster and both runs share."""
