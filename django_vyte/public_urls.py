"""Addresses of this site as other services know them: computed from settings, whoever asks and in whatever language.

``reverse`` depends on what is current in the thread: the language (``i18n_patterns``), ``request.urlconf``, and the
script prefix, which a WSGI server sets for each request. An address that is stored elsewhere must not.
https://docs.djangoproject.com/en/stable/topics/i18n/translation/#reversing-in-templates
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import (
    NoReverseMatch,
    Resolver404,
    ResolverMatch,
    get_script_prefix,
    get_urlconf,
    resolve,
    reverse,
    set_script_prefix,
    set_urlconf,
)
from django.utils import translation

from django_vyte.conf import get_settings

DEFAULT_PORTS = {"http": 80, "https": 443}


def public_url(viewname: str, *args: object) -> str:
    """The absolute URL of a view of this site: ``PUBLIC_URL``, ``FORCE_SCRIPT_NAME`` and the path in LANGUAGE_CODE.

    A path that both settings name is in it once. Raises ImproperlyConfigured when ``VYTE["PUBLIC_URL"]`` is empty, or
    when ``ROOT_URLCONF`` has no such view.
    """
    site = get_settings().PUBLIC_URL
    if not site:
        raise ImproperlyConfigured(
            "VYTE['PUBLIC_URL'] is empty, so Vyte cannot be told where to call. Set it to https://your.site."
        )
    try:
        path = local_path(viewname, *args)
    except NoReverseMatch:
        urls = f"{viewname.partition(':')[0]}.urls"
        raise ImproperlyConfigured(f'{viewname} has no URL: add include("{urls}") to ROOT_URLCONF.') from None
    parts = urlsplit(site)
    return f"{site.removesuffix(parts.path)}{_root(parts.path)}{path}"


def local_path(viewname: str, *args: object) -> str:
    """The path of a view in the URLconf, without what is in front of the site; NoReverseMatch when it has none."""
    with site_defaults():
        return reverse(viewname, urlconf=settings.ROOT_URLCONF, args=args)


def path_of(url: str) -> str | None:
    """The path in the URLconf of an absolute URL; None for one that is not below ``PUBLIC_URL``."""
    try:
        parts, site = urlsplit(url), urlsplit(get_settings().PUBLIC_URL)
        origins = [
            (each.scheme, each.hostname, each.port or DEFAULT_PORTS.get(each.scheme))
            for each in (parts, site)
        ]
    except ValueError:  # a port that is no number, a bracket in the host
        return None
    root = _root(site.path)
    if not site.hostname or origins[0] != origins[1] or not parts.path.startswith(f"{root}/"):
        return None
    return parts.path.removeprefix(root)


def view_of(url: str) -> ResolverMatch | None:
    """The view of this site that a URL leads to, in whichever language its path is; None where it leads to none."""
    path = path_of(url)
    if path is None:
        return None
    with site_defaults(translation.get_language_from_path(path)):
        try:
            return resolve(path, urlconf=settings.ROOT_URLCONF)
        except Resolver404:
            return None


@contextmanager
def site_defaults(language: str | None = None) -> Iterator[None]:
    """Language, URLconf and script prefix as the settings have them, and none of a request that is being answered."""
    prefix, urlconf = get_script_prefix(), get_urlconf()
    try:
        set_script_prefix("/")
        set_urlconf(None)
        with translation.override(language or settings.LANGUAGE_CODE):
            yield
    finally:
        set_script_prefix(prefix)
        set_urlconf(urlconf)


def _root(public: str) -> str:
    """The path in front of every path of the URLconf, of the path in ``PUBLIC_URL`` and of ``FORCE_SCRIPT_NAME``."""
    script = (settings.FORCE_SCRIPT_NAME or "").rstrip("/")
    script = f"/{script.lstrip('/')}" if script else ""
    if public.endswith(script):
        return public
    return script if script.startswith(f"{public}/") else f"{public}{script}"
