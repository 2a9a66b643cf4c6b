"""The host project's own app: projects, whose meetings are at Vyte."""
