"""Rows that are work: claimed with a lease, retried with a growing delay, published to the broker as a hint.

A message may be lost or come twice: the row says what is to be done, and a sweep finds what no message named.
"""
