"""The life of a webhook call of any service: stored before it is answered, claimed by one worker, retried, closed.

Read the modules in this order: ``sources`` (what a service brings), ``parsing``, ``receiving``, ``scheduling``,
``claims``, ``processing``, ``replay``.
"""
