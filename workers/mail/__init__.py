"""Sending of mails: the job, the message format and the transports."""
