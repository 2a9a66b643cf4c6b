"""A webhook's address is a secret, and Django's own loggers show it to nobody."""

from __future__ import annotations

import logging

import pytest
from django.test import Client


@pytest.mark.parametrize("name", ["django.request", "django.server", "django.security.RequestDataTooBig"])
def test_a_token_is_hidden_in_the_text_and_in_the_arguments(caplog, name):
    logger = logging.getLogger(name)
    with caplog.at_level(logging.INFO, name):
        logger.info('"%s" %s', "POST /vyte/webhooks/s3cret-tok_en/ HTTP/1.1", 200)
        logger.info("Not Found: /vyte/webhooks/s3cret-tok_en/")
    assert "s3cret" not in caplog.text
    assert '"POST /vyte/webhooks/***/ HTTP/1.1" 200' in caplog.text
    assert all("s3cret" not in repr(record.args) for record in caplog.records)


@pytest.mark.django_db
def test_a_refused_call_leaves_no_token_in_the_log(caplog, webhook_path):
    token = webhook_path.split("/")[-2]
    with caplog.at_level(logging.DEBUG, "django"):
        assert Client().get(webhook_path).status_code == 405
    assert "Method Not Allowed" in caplog.text
    assert token not in caplog.text


def test_other_lines_stay_as_they_are(caplog):
    with caplog.at_level(logging.INFO, "django.request"):
        logging.getLogger("django.request").info("%s: %s", "Not Found", "/projects/7/")
        logging.getLogger("django.request").info("%(path)s", {"path": "/projects/7/"})
    assert caplog.messages == ["Not Found: /projects/7/", "/projects/7/"]
