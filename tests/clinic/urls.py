"""``path("clinic/", include("tests.clinic.urls"))``"""

from django.db import transaction
from django.urls import path

from tests.clinic.views import ClinicWebhookView

app_name = "clinic"
receive = transaction.non_atomic_requests(ClinicWebhookView.as_view())
urlpatterns = [path("webhooks/<int:practice>/", receive, name="webhook")]
