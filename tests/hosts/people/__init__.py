"""Users of a host project that has its own."""
