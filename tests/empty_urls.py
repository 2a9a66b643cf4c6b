"""A project that forgot the webhook endpoint."""

urlpatterns: list[object] = []
