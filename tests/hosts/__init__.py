"""Host projects: each plays the same story with settings of its own, in a process of its own.

A host is a module in ``tests/hosts/settings``. What it does beside settings stands there as well: ``catch_up``, called
where people would wait for a replica, and ``after``, called when the story has been played.
"""
