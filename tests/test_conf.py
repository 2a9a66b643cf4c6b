"""The settings are read on access and never show a key."""

from __future__ import annotations

import subprocess
import sys

from cryptography.fernet import Fernet

from django_vyte.conf import get_settings


def test_settings_are_read_on_access(settings):
    settings.VYTE = {"RETRIES": 7}
    assert get_settings().RETRIES == 7
    settings.VYTE = {}
    assert get_settings().RETRIES == 3


def test_urls_lose_their_trailing_slash(settings):
    settings.VYTE = {"API_URL": "https://api.example.com/", "PUBLIC_URL": "https://crm.example.com//"}
    assert get_settings().API_URL == "https://api.example.com"
    assert get_settings().PUBLIC_URL == "https://crm.example.com"


def test_a_single_encryption_key_needs_no_list(settings):
    key = Fernet.generate_key().decode()
    settings.VYTE = {"ENCRYPTION_KEYS": key}
    assert (key,) == get_settings().ENCRYPTION_KEYS


def test_a_misspelt_key_is_left_to_the_checks(settings):
    settings.VYTE = {"TIMEOUTS": 3}
    assert get_settings().TIMEOUT == (5.0, 20.0)


def test_the_repr_shows_no_encryption_key(settings):
    key = Fernet.generate_key().decode()
    settings.VYTE = {"ENCRYPTION_KEYS": [key]}
    assert key not in repr(get_settings())


def test_the_defaults_hold_where_django_is_not_configured():
    code = "from django_vyte.conf import get_settings; print(get_settings().API_URL)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={})
    assert done.stdout.strip() == "https://api.vyte.in"
