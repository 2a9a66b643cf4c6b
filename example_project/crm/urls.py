from django.urls import path

from . import views

app_name = "crm"
urlpatterns = [
    path("", views.ProjectList.as_view(), name="projects"),
    path("projects/<int:pk>/", views.ProjectDetail.as_view(), name="project"),
]
