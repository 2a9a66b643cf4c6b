"""All events that Vyte lists, asked for in parts where one answer may have been cut short."""

from django_vyte.sync.listing.partition import ListedEvent, Listing, can_continue_after

__all__ = ["ListedEvent", "Listing", "can_continue_after"]
