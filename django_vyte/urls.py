"""``path("vyte/", include("django_vyte.urls"))``"""

from django.urls import path

from django_vyte.accounts import endpoint

app_name = "django_vyte"
# Of two patterns with one name, ``reverse`` takes the last. Without the other, APPEND_SLASH would answer a POST that
# lacks the slash with a redirect, or with a 500 under DEBUG, and the call would be lost.
urlpatterns = [
    path("webhooks/<str:token>", endpoint.receive, name="webhook"),
    path("webhooks/<str:token>/", endpoint.receive, name="webhook"),
]
