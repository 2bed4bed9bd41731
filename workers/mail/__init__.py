"""Sending mails: the job, the form of a message, and the transports."""
