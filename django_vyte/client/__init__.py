"""Vyte's API for any Python program: ``VyteClient`` and the types of what it answers."""

from django_vyte.client.vyte import VyteClient

__all__ = ["VyteClient"]
