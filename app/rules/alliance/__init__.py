"""Rules of the alliance: the daily figures of its schools."""
