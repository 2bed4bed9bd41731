"""The labels that are reserved and cannot be the slug of a school."""

from __future__ import annotations

#: Labels that have another meaning for infrastructure or for people.
RESERVED_LABELS = frozenset(
    (  # noqa: SIM905 - sixty words read better as a text
        "www api admin manage static assets cdn mail smtp imap pop mx ns ns1 ns2 ftp sftp vpn sso auth login "
        "account accounts app apps alliance secretariat spoc mooc help docs status support blog news test "
        "tests demo staging dev beta localhost root system security abuse postmaster webmaster hostmaster "
        "autoconfig autodiscover wpad isatap files media img images download downloads healthz readyz ws m "
        "wap mobile"
    ).split()
)
