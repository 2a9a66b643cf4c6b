"""Proxies that lead nowhere, and no exception from them: what is on this machine needs none."""

from tests.hosts.settings.base import *

for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
    os.environ |= {name: "http://127.0.0.1:9", name.lower(): "http://127.0.0.1:9"}
for name in ("NO_PROXY", "no_proxy"):
    os.environ.pop(name, None)
