"""What is particular to one service: how messages name it, and the headers that each of its requests carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Service:
    """A service that this package talks to, such as ``Service("Vyte", "VYTE")``.

    ``settings`` is the name of its dictionary in the Django settings, for messages that say what to change there. Each
    service's dictionary has the keys API_URL, TIMEOUT, DEADLINE and LIST_DEADLINE.
    """

    name: str
    settings: str
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent with each request, besides those that all services get."""

    def setting(self, key: str) -> str:
        """How messages write a setting, such as ``VYTE['TIMEOUT']``."""
        return f"{self.settings}['{key}']"
