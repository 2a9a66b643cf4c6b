"""Lists all of a team's events, although Vyte documents no paging: see ``partition``."""

from django_vyte.sync.listing.partition import ListedEvent, Listing, can_continue_after

__all__ = ["ListedEvent", "Listing", "can_continue_after"]
