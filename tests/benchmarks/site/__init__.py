"""The Django project that the benchmarks with a database measure; each of its programs prints JSON."""
