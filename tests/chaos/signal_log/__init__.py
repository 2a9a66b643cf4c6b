"""A Django app that stores each call of a signal receiver."""
