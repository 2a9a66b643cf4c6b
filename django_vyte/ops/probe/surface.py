"""Facts about paths (webhooks, the join page) and the shapes of their responses."""

from __future__ import annotations

import secrets

from django_vyte.exceptions import BadRequest, VyteConnectionError
from django_vyte.ops.probe.account import ProbedAccount
from django_vyte.ops.probe.fact import Fact, unseen
from django_vyte.payloads import values

# Users whose next free slot is requested, until one has any.
PEOPLE = 5


def hooks_path(account: ProbedAccount) -> Fact:
    """The path of the webhook operations."""
    paths = list(account.hooks())
    if not paths:
        return unseen("hooks_path", "neither path answers; a key that may manage webhooks would show it")
    return Fact(
        "hooks_path", paths[0] if len(paths) == 1 else "both", "GET " + " and GET ".join(paths) + " answered"
    )


def hooks_as_list(account: ProbedAccount) -> Fact:
    """Whether webhooks are listed as a bare array."""
    for path, answer in account.hooks().items():
        return Fact("hooks_as_list", isinstance(answer, list), f"GET {path} answered {_described(answer)}")
    return unseen("hooks_as_list", "no list of webhooks; a key that may manage them would show it")


def next_shape(account: ProbedAccount) -> Fact:
    """The shape in which the next free slot is returned."""
    account.say("Asking for the next free time …")
    for email in account.emails()[:PEOPLE]:
        try:
            answer = values.as_dict(
                account.wire.read("GET", "/v2/slots/next", query={"duration": 30, "emails": email})
            )
        except BadRequest:
            continue
        for shape in ("nextAvailability", "slots"):
            if shape in answer:
                return Fact("next_shape", shape, f"GET /v2/slots/next answered {_described(answer)}")
    return unseen(
        "next_shape", "nobody has a free time; a user with a calendar and availabilities would show it"
    )


def join_path(account: ProbedAccount) -> Fact:
    """The path of the page to join an organization."""
    account.say("Looking for the page to join …")
    team_id = account.team_id()
    if _exists(account, f"/organizations/{team_id}/{secrets.token_hex(8)}"):
        return unseen("join_path", "the web host answers for any address; a browser shows which one joins")
    found = [word for word in ("organizations", "teams") if _exists(account, f"/{word}/{team_id}/join")]
    if not found:
        return unseen(
            "join_path", "neither page is there; Vyte's own link to join, in its web pages, shows it"
        )
    return Fact("join_path", found[0] if len(found) == 1 else "both", "the pages that are there")


def _exists(account: ProbedAccount, path: str) -> bool:
    status = account.web_status(path)
    if status >= 500:
        raise VyteConnectionError(f"The web host answered {status}.")
    return status != 404


def _described(answer: object) -> str:
    return (
        "a list"
        if isinstance(answer, list)
        else f"an object with {', '.join(values.as_dict(answer)) or 'nothing'}"
    )
