"""Accounts, the people who work there, and the projects they are part of."""

from django.db import models
from django.urls import reverse

from django_vyte.models import SchedulableModel


class Account(models.Model):
    """A customer."""

    name = models.CharField(max_length=200)
    address = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name

    @property
    def places(self):
        """Where one can meet, as links to Vyte take it: name and address."""
        return [(self.name, self.address)] if self.address else []


class Person(models.Model):
    """Somebody at a customer's. Has ``email`` and ``full_name``, as links to Vyte want invitees."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="people")
    full_name = models.CharField(max_length=200)
    email = models.EmailField()

    class Meta:
        ordering = ["full_name"]
        verbose_name_plural = "people"

    def __str__(self):
        return self.full_name


class Project(SchedulableModel, models.Model):
    """What meetings are about: ``project.vyte_events`` are its own."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="projects")
    name = models.CharField(max_length=200)
    people = models.ManyToManyField(Person, related_name="projects", blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("crm:project", args=[self.pk])


class Note(models.Model):
    """One line in the log: of a project, or of the whole site.

    ``cause`` says what it was written about. Receivers are told at least once; with this, they write once.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="notes", null=True, blank=True)
    text = models.TextField()
    cause = models.CharField(max_length=100, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self):
        return self.text
