"""``python -m tests.chaos.kills``: a synchronisation that is killed again and again is completed by the next one."""
