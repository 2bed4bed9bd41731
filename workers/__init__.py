"""Background work: the queue with its only entry point, job handlers, mail, worker and sweeper."""
