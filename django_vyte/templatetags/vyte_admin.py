"""``{% vyte_health %}``: what is wrong with this site's Vyte teams, for the front page of the admin."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

register = template.Library()


@register.inclusion_tag("admin/django_vyte/includes/health.html", takes_context=True)
def vyte_health(context: Context) -> dict[str, Any]:
    """The problems that the doctor finds without a request, for people who may view teams; nothing for others."""
    # A project without django.contrib.admin loads this library, too, and must not import ModelAdmins then.
    from django_vyte.admin.teams import health

    request = context["request"]
    found = health.notices(request, request.current_app)
    return {
        "notices": found[: health.MOST],
        "more": max(0, len(found) - health.MOST),
        "teams": sorted({(each.team, each.form) for each in found[: health.MOST] if each.action}),
        "csrf_token": context.get("csrf_token"),
        "request": request,
    }
