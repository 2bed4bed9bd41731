"""Background work: the queue, its one entry point, the handlers and the worker process."""
