"""The CRM, its admin, logging in and out, and the address that Vyte calls."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("example_project.crm.urls")),
    path("admin/", admin.site.urls),
    path("accounts/", include("django.contrib.auth.urls")),
    path("vyte/", include("django_vyte.urls")),
]
