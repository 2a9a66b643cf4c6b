"""Lists of any length: paging, sorting, dates, search and filters that an index can answer."""
