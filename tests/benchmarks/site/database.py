"""``create`` or ``drop``: the database that the environment names."""

from __future__ import annotations

import sys

import django
from django.db import connection


def main(action: str) -> None:
    """Make the database with every table, or take it away."""
    django.setup()
    if action == "create":
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    else:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
    print("true")


if __name__ == "__main__":
    main(sys.argv[1])
