"""Rules of offerings, which are courses at a school in a term: dates, phases, publication (上线, 下线)."""
