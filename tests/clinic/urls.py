"""``path("clinic/", include("tests.clinic.urls"))``"""

from django.urls import path

from tests.clinic.views import ClinicWebhookView

app_name = "clinic"
urlpatterns = [path("webhooks/<int:practice>/", ClinicWebhookView.as_view(), name="webhook")]
