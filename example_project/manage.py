#!/usr/bin/env python
"""``python example_project/manage.py``, from any folder."""

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    # In place of this folder, whose celery.py would hide the library.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "example_project.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
