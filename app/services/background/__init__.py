"""Work without a person: daily tasks, outboxes, units of work for jobs."""
