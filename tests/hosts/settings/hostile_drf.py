"""Django REST framework's defaults refuse everything."""

from tests.hosts.settings.base import *

HERE = "tests.hosts.hostile"
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [f"{HERE}.Nobody"],
    "DEFAULT_PERMISSION_CLASSES": [f"{HERE}.Nothing"],
    "DEFAULT_THROTTLE_CLASSES": [f"{HERE}.Never"],
    "DEFAULT_PARSER_CLASSES": [f"{HERE}.Unread"],
    "DEFAULT_RENDERER_CLASSES": [f"{HERE}.Unwritten"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": f"{HERE}.Unacceptable",
    "DEFAULT_METADATA_CLASS": f"{HERE}.Unacceptable",
    "DEFAULT_VERSIONING_CLASS": f"{HERE}.Outdated",
    "DEFAULT_SCHEMA_CLASS": f"{HERE}.Undescribed",
    "EXCEPTION_HANDLER": f"{HERE}.refuse",
    "UNAUTHENTICATED_USER": f"{HERE}.refuse",
    "UNAUTHENTICATED_TOKEN": f"{HERE}.refuse",
}
