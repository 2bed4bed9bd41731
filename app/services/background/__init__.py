"""Use cases: work without a person: what is done once a day, outboxes, units of work for jobs."""
