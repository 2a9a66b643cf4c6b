"""This machine itself: which hosts are, and that no proxy lies on the way there.

requests sends whatever HTTP_PROXY names to the proxy, addresses of this machine included, unless NO_PROXY lists them:
https://requests.readthedocs.io/en/latest/user/advanced/#proxies
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

NAMES = ("localhost", "127.0.0.1", "::1")


def is_loopback(host: str | None) -> bool:
    """Whether a host name or address, as in a URL but without brackets, is this machine itself.

    Names that end in ``.localhost`` are: https://www.rfc-editor.org/rfc/rfc6761#section-6.3
    """
    name = (host or "").lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


def without_proxy(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that exempt this machine from the proxies of an environment, and keep what it exempts already.

    Both spellings, since programs differ in which one they read first.
    """
    known = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    if known.strip() == "*":
        return {}
    exempt = ",".join(filter(None, [known, *NAMES]))
    return {"no_proxy": exempt, "NO_PROXY": exempt}


def is_secure(url: str) -> bool:
    """Whether a URL has a host and is https, or http to this machine."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))
    )
