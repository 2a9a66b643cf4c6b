"""``path("vyte/", include("django_vyte.urls"))``"""

from django.urls import path

from django_vyte import views

app_name = "django_vyte"
urlpatterns = [path("webhooks/<str:token>/", views.receive, name="webhook")]
