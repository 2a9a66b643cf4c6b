"""A linked Vyte account: linking, webhook subscriptions, problems and their remedies."""
