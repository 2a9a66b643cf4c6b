"""The site whose synchronisation is killed: the package and the log of its signals, and no other receiver."""

from tests.chaos.settings import *  # noqa: F403
from tests.chaos.settings import INSTALLED_APPS, VYTE

INSTALLED_APPS = [app for app in INSTALLED_APPS if app != "example_project.crm"]
ROOT_URLCONF = "tests.chaos.kills.urls"
VYTE |= {"LEASE_SECONDS": 5}
LINGER_SECONDS = 0
