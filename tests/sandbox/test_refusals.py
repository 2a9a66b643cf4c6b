"""What is said of a call that was refused, from the answer alone."""

from __future__ import annotations

import pytest

from django_vyte.sandbox import Answer, DeliveryRefused
from django_vyte.sandbox.world.courier import WebhookCall, post_for_real
from django_vyte.sandbox.world.refusals import EXCERPT, excerpt, reason_of
from tests.client.raw import refusing_url
from tests.http.stalling_server import stalling_server

TOKEN = "q8VtTTo5_gDA0"
URL = f"https://crm.example.com/vyte/webhooks/{TOKEN}/"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(301, "", URL.replace("crm.", "www.crm.")), "PREPEND_WWW"),
        (Answer(301, "", URL.replace("crm.", "secure.")), "SECURE_SSL_HOST"),
        (Answer(301, "", URL), "SECURE_PROXY_SSL_HEADER"),
        (Answer(302, "", f"/accounts/login/?next=/vyte/webhooks/{TOKEN}/"), "to log in"),
        (Answer(302, "", f"/fr/vyte/webhooks/{TOKEN}/"), "i18n_patterns"),
        (Answer(308, "", "/somewhere"), "A middleware redirects"),
        (Answer(400, '{"detail": "JSON parse error"}'), "The view cannot read the call"),
        (Answer(401, "Who?"), "wants a login"),
        (Answer(404, '{"detail": "Not found."}'), "knows no webhook with that token"),
        (Answer(413, "{}"), "MAX_BODY_BYTES"),
        (Answer(429, "{}"), "throttle"),
        (Answer(500, "<h1>Server Error (500)</h1>"), "its log says more. The answer: Server Error (500)"),
        (Answer(503, ""), "maintenance"),
        (Answer(418, "I am a teapot"), "status 418. The answer: I am a teapot"),
        (Answer(0, f"refused {URL}"), "Does your site run where VYTE['PUBLIC_URL'] says"),
    ],
    ids=str,
)  # fmt: skip
def test_the_likely_cause_is_named_and_the_token_is_not(answer, said):
    reason = " ".join(reason_of(answer, URL).split())
    assert said in reason
    assert TOKEN not in reason


def test_a_missing_slash_and_https_are_named():
    assert "APPEND_SLASH" in reason_of(Answer(301, "", URL), URL.rstrip("/"))
    assert "SECURE_SSL_REDIRECT" in reason_of(Answer(301, "", URL), URL.replace("https", "http"))


def test_a_page_is_shown_as_its_first_words():
    page = f"<title>Oh</title><style>b {{}}</style><h1>No &amp; no</h1> at {URL}" + " on" * EXCERPT
    shown = excerpt(page, URL)
    assert shown.startswith("No & no at https://crm.example.com/vyte/webhooks/q8Vt…/ on on")
    assert len(shown) == EXCERPT + 1


def test_an_answer_over_the_network_is_kept_with_where_it_leads():
    moved = b"HTTP/1.1 301 Moved\r\nLocation: https://b.example.com/\r\nContent-Length: 4\r\n\r\nOver"
    with stalling_server(lambda path: [moved]) as server:
        answer = post_for_real(f"{server.url}/hook/", b"{}", {})
    assert answer == Answer(301, "Over", "https://b.example.com/")


def test_a_receiver_that_is_not_there_is_no_answer(hooked):
    for hook in hooked.state.hooks.values():
        hook["target_url"] = f"{refusing_url()}/{TOKEN}/"
    hooked.create_event(title="T")
    with pytest.raises(DeliveryRefused, match=r"no answer \(ConnectionError: ") as caught:
        hooked.deliver(check=True)
    assert TOKEN not in str(caught.value)


def test_the_message_does_not_show_what_was_sent():
    call = WebhookCall("event.created", URL, b"private", status=500, reason="status 500.")
    assert "private" not in str(DeliveryRefused([call])) + repr(DeliveryRefused([call]))
