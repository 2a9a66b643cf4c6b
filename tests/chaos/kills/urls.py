"""URLs of the site whose commands are killed: the address that Vyte calls."""

from django.urls import include, path

urlpatterns = [path("vyte/", include("django_vyte.urls"))]
