"""Users have no user name, and their address is in a field called "mail"."""

from tests.hosts.settings.base import *

INSTALLED_APPS = ["tests.hosts.people", *INSTALLED_APPS]
AUTH_USER_MODEL = "people.Person"
