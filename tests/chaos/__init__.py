"""``python -m tests.chaos``: whatever process or server dies, no webhook call is lost and no event is left stale."""
