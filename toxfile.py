"""Has tox stop its commands when it is terminated or its terminal closes, as on Ctrl-C; else they run on without it.

tox loads this file by its name: https://tox.wiki/en/latest/plugins.html
"""

from __future__ import annotations

import signal

for number in (signal.SIGTERM, signal.SIGHUP):
    # What somebody chose to ignore, as nohup does, stays ignored.
    if signal.getsignal(number) is signal.SIG_DFL:
        signal.signal(number, signal.default_int_handler)
