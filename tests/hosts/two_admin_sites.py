"""URLs of a host project with a second admin site."""

from django.contrib.admin import AdminSite
from django.urls import path

from django_vyte.admin import register
from tests.hosts.urls import urlpatterns as common

staff = AdminSite("staff")
register(staff)
urlpatterns = [*common, path("staff/", staff.urls)]
