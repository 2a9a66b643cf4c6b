"""``path("vyte/", include("django_vyte.urls"))``"""

from django.urls import path

from django_vyte.accounts import endpoint

app_name = "django_vyte"
urlpatterns = [path("webhooks/<str:token>/", endpoint.receive, name="webhook")]
