"""A second admin site, in which the story is played: no link leads to the first."""

from tests.hosts.settings.base import *

ADMIN = "/staff"
ROOT_URLCONF = "tests.hosts.two_admin_sites"


def after(story: Any) -> None:
    crossed = [url for url, page in story.browser.pages.items() if '"/admin/' in page]
    assert story.browser.pages
    assert not crossed, crossed
