"""Reading untrusted files into workbooks of typed cells, in a bounded child process."""
