from django.urls import path

from example_project.crm import views

app_name = "crm"
urlpatterns = [
    path("", views.ProjectList.as_view(), name="projects"),
    path("projects/<int:pk>/", views.ProjectDetail.as_view(), name="project"),
]
