"""A Django app that writes down each time that a receiver is called."""
