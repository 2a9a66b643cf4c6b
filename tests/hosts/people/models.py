"""A user without a user name."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models


class PersonManager(BaseUserManager["Person"]):
    """Makes people by their address."""

    def create_superuser(self, mail: str, password: str) -> Person:
        """Somebody who may do everything."""
        person = self.model(mail=mail, is_staff=True, is_superuser=True)
        person.set_password(password)
        person.save()
        return person


class Person(AbstractBaseUser, PermissionsMixin):
    """Logs in with an address, in a field that is not called ``email``."""

    mail = models.EmailField(unique=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    objects = PersonManager()
    EMAIL_FIELD = USERNAME_FIELD = "mail"
    REQUIRED_FIELDS: list[str] = []
