"""The process is patched by gevent, as ``gunicorn -k gevent`` does before it loads anything."""

from gevent import monkey

monkey.patch_all()

from tests.hosts.settings.base import *
