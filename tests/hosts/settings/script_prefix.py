"""The site is below a path that the web server takes off."""

from tests.hosts.settings.base import *

ROOT = FORCE_SCRIPT_NAME = "/crm"
