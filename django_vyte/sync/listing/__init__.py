"""All events that Vyte lists, asked for in parts where one answer may have been cut short."""

from django_vyte.sync.listing.partition import Heard, Listing, is_passing

__all__ = ["Heard", "Listing", "is_passing"]
