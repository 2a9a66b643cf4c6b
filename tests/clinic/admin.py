"""Practices and appointments in the admin, and what a delivery did."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html

from django_vyte.admin.deliveries import delivery_panel
from django_vyte.models.delivery import Delivery
from tests.clinic.models import SOURCE, Appointment, Practice


@admin.register(Practice)
class PracticeAdmin(admin.ModelAdmin):
    """Without the secrets."""

    fields = ("name", "api_url")


@admin.register(Appointment)
class AppointmentAdmin(admin.ModelAdmin):
    """What is mirrored."""

    list_display = ("patient", "status", "practice")


@delivery_panel(SOURCE)
def panel(request: HttpRequest, delivery: Delivery) -> str:
    """The state of the appointment that a delivery is about, for people who may see appointments."""
    if not request.user.has_perm("clinic.view_appointment"):
        return ""
    found = Appointment.objects.filter(
        practice=delivery.account, clinic_id=delivery.subject.partition(":")[2]
    ).first()
    return format_html("<p>{}: {}</p>", found.patient, found.status) if found else ""
