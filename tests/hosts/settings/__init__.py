"""The settings of each host project."""
