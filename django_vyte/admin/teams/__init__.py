"""Linked teams, with their API keys and webhooks."""
