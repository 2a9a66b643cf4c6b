from __future__ import annotations

import subprocess
import sys

import pytest
import requests
from django.conf import settings as django_settings
from django.http import HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from django_vyte.client import VyteClient

received: list[tuple[str, str, bytes]] = []


@csrf_exempt
def receive(request):
    received.append((request.path, request.content_type, request.body))
    return HttpResponse(status=200)


urlpatterns = [path("hook/", receive)]


def test_settings_point_to_it_and_keep_the_rest(vyte_sandbox):
    assert django_settings.VYTE["API_URL"] == django_settings.VYTE["WEB_URL"] == vyte_sandbox.url
    assert django_settings.VYTE["PUBLIC_URL"] == "https://crm.example.com"
    answer = requests.get(
        f"{vyte_sandbox.url}/v2/auth/test", headers={"Authorization": vyte_sandbox.api_key}, timeout=5
    )
    assert answer.json()["_id"] == vyte_sandbox.team_id


@pytest.mark.urls(__name__)
def test_delivering_calls_the_project_in_the_same_thread(vyte_sandbox):
    received.clear()
    hook = {"action": "event.created", "target_url": "https://crm.example.com/hook/"}
    headers = {"Authorization": vyte_sandbox.api_key}
    assert requests.post(f"{vyte_sandbox.url}/hooks", json=hook, headers=headers, timeout=5).ok
    vyte_sandbox.create_event(title="T")
    assert received == []
    (call,) = vyte_sandbox.deliver()
    assert (call.status, received) == (200, [("/hook/", "application/json", call.body)])


def test_it_is_reached_past_the_proxies_of_the_environment(monkeypatch, request):
    for name in ("http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    vyte_sandbox = request.getfixturevalue("vyte_sandbox")
    assert requests.get(vyte_sandbox.url, timeout=5).ok
    with VyteClient(vyte_sandbox.api_key) as client:
        assert client.auth.test()["_id"] == vyte_sandbox.team_id


def test_each_test_has_its_own(vyte_sandbox):
    assert vyte_sandbox.outbox == []
    assert vyte_sandbox.requests == []


def test_importing_the_plugin_imports_neither_models_nor_werkzeug():
    code = (
        "import sys, django_vyte.pytest_plugin;"
        "print([m for m in sys.modules if m.startswith(('werkzeug', 'django_vyte.models', 'django.db'))])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
