"""URLs of a project with Django's default admin, one of its own that has everything, and one with meetings only."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.urls import include, path

from django_vyte.admin import EventAdmin, register
from django_vyte.models import Event

desk = admin.AdminSite(name="desk")
register(desk)
desk.register(User, UserAdmin)
meetings = admin.AdminSite(name="meetings")
meetings.register(Event, EventAdmin)

urlpatterns = [
    path("admin/", admin.site.urls),
    path("desk/", desk.urls),
    path("meetings/", meetings.urls),
    path("vyte/", include("django_vyte.urls")),
]
