"""Settings of gunicorn, for the demo and for production."""

import os
from pathlib import Path

bind = os.environ.get("BIND") or f"127.0.0.1:{os.environ.get('PORT', '8000')}"

# While some threads wait for the database, others work; two processes use two cores. The application is loaded
# after the fork, so that no connection is inherited, and HUP replaces the workers one by one with new code.
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
preload_app = False

timeout = 60
graceful_timeout = 30
keepalive = 5
# A cached page costs a millisecond; a restart of a worker costs seconds.
max_requests = 50_000
max_requests_jitter = 5_000
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 (the heartbeat file, not data)

# The application itself handles the headers of proxies (TRUSTED_PROXIES).
forwarded_allow_ips = ""
control_socket_disable = True

# No query strings, because they contain people's searches.
accesslog = "-"
errorlog = "-"
access_log_format = '%(h)s "%(m)s %(U)s" %(s)s %(B)s %(M)sms'
