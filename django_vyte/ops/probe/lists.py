"""Facts about how many events a list returns."""

from __future__ import annotations

from django_vyte.client.lists import is_probably_cut
from django_vyte.ops.probe.account import ProbedAccount
from django_vyte.ops.probe.fact import Fact, unseen

# The largest maximum of a list that was ever reported.
LARGEST_LIMIT = 100


def list_default(account: ProbedAccount) -> Fact:
    """How many events a list without ``limit`` has; None for all."""
    count, most = account.without_limit().count, account.everything().count
    if count < most:
        return Fact("list_default", count, f"{count} came without a limit, {most} with a large one")
    if most > LARGEST_LIMIT or account.more():
        return Fact("list_default", None, f"{count} came without a limit, and as many with a large one")
    return unseen("list_default", _too_few(most))


def list_maximum(account: ProbedAccount) -> Fact:
    """The most events of one list, whatever ``limit`` asks for; None for no maximum."""
    count = account.everything().count
    if more := account.more():
        return Fact("list_maximum", count, f"{count} came, and other questions found {more} more")
    if is_probably_cut(count, None):
        return unseen(
            "list_maximum",
            f"exactly {count} came, which may be all of them or a maximum: ask again with more",
        )
    if count <= LARGEST_LIMIT:
        return unseen("list_maximum", _too_few(count))
    return Fact("list_maximum", None, f"{count} came at once")


def _too_few(count: int) -> str:
    return f"the account has {count} meetings; more than {LARGEST_LIMIT} would show it"
