"""The label of a school in the Host header."""

from __future__ import annotations

import re

#: The label of the apex, which is the alliance's host.
APEX = ""

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def is_dns_label(label: str) -> bool:
    """Return whether the text is a lower-case DNS label (RFC 1035 section 2.3.1; RFC 1123 allows a leading digit)."""
    return _LABEL.fullmatch(label) is not None and not label.startswith("xn--")


def slug_from_host(host: str, base_domain: str) -> str | None:
    """Return the label of a school in a Host header.

    Args:
        host: the header's value, with or without a port.
        base_domain: the platform's own domain, e.g. ``spoc.example.cn``.

    Returns:
        ``APEX`` for the base domain itself, the label for ``label.base_domain``, ``None`` for anything else
        (foreign domains, deeper names, malformed labels).
    """
    name = host.rsplit(":", 1)[0] if re.search(r":\d{1,5}$", host) else host
    name = name.lower()
    if name == base_domain:
        return APEX
    suffix = "." + base_domain
    if not name.endswith(suffix):
        return None
    label = name[: -len(suffix)]
    return label if is_dns_label(label) else None
