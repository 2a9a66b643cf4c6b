"""A linked Vyte team: linking with an API key, webhook subscriptions, problems and what to do about them."""
