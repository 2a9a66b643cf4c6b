"""URLs of a host project whose addresses begin with a language."""

from django.conf.urls.i18n import i18n_patterns

from tests.hosts import urls

urlpatterns = i18n_patterns(*urls.urlpatterns)
