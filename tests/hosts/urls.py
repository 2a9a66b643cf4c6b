"""URLs of the host projects."""

from django.contrib import admin
from django.urls import include, path

from tests.hosts.crm.views import project

urlpatterns = [
    path("admin/", admin.site.urls),
    path("vyte/", include("django_vyte.urls")),
    path("project/<int:pk>/", project),
]
