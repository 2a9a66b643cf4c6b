"""``path("clinic/", include("tests.clinic.urls"))``"""

from django.urls import path

from tests.clinic.views import ClinicWebhookView

app_name = "clinic"
# Without the first, a POST that lacks the slash would be redirected and lost; ``reverse`` takes the last.
urlpatterns = [
    path("webhooks/<int:practice>", ClinicWebhookView.as_view(), name="webhook"),
    path("webhooks/<int:practice>/", ClinicWebhookView.as_view(), name="webhook"),
]
