"""All events that Vyte lists, asked for in parts where one answer may have been cut short."""

from django_vyte.listing.narrowing import LIMIT, PASSING, Heard, Listing

__all__ = ["LIMIT", "PASSING", "Heard", "Listing"]
