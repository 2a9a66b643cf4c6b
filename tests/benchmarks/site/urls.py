"""The package's webhook view beside the least that would keep a call, and the admin."""

from django.contrib import admin
from django.urls import include, path

from tests.benchmarks.site.floor import receive

urlpatterns = [
    path("admin/", admin.site.urls),
    path("vyte/", include("django_vyte.urls")),
    path("floor/<str:token>/", receive),
]
