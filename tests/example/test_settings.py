"""The example's settings and migrations, asked from outside as its users do."""

from __future__ import annotations

PRODUCTION = {
    "DJANGO_DEBUG": "0",
    "DJANGO_SECRET_KEY": "only for this test, which wants fifty characters or more",
    "DJANGO_ALLOWED_HOSTS": "crm.example.com",
    "VYTE_PUBLIC_URL": "https://crm.example.com",
}


def test_it_is_fit_to_deploy(manage):
    done = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert done.returncode == 0, done.stderr


def test_its_migrations_are_complete(manage):
    done = manage("makemigrations", "--check", "--dry-run")
    assert done.returncode == 0, done.stdout + done.stderr


def test_in_production_it_does_not_start_with_the_key_of_development(manage):
    done = manage("check", "--deploy", "--fail-level", "WARNING", **{**PRODUCTION, "DJANGO_SECRET_KEY": ""})
    assert done.returncode != 0
    assert "SECRET_KEY" in done.stderr


def test_without_an_encryption_key_it_says_how_to_make_one(manage):
    done = manage("check", VYTE_ENCRYPTION_KEY="")
    assert done.returncode != 0
    assert "Fernet.generate_key()" in done.stderr
