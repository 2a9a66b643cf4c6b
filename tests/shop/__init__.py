"""A project's own models, in the ways that Django lets one model inherit from another."""
