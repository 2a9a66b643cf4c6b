"""Rows that are work: claimed with a lease, retried with a growing delay, published to the broker as a hint."""
