"""Real Celery workers of every pool: bursts that outlast a time slice, and soft time limits. Needs servers."""
