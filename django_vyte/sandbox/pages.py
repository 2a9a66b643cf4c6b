"""stub"""
from werkzeug.routing import Map
from werkzeug.wrappers import Response
def page_map() -> Map:
    return Map([])
def refusal(status: int, message: str) -> Response:
    return Response(message, status)
