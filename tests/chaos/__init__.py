"""``python -m tests.chaos``: whatever dies, nothing that Vyte said is lost or left stale."""
