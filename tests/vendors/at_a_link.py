"""Hands of the tests in which somebody answers through a link."""

from tests.web import HTMX, browser, having, tree
from vendors.models import Disclosure, DisclosureRequest


class Vendor:
    """Somebody at the vendor's, with a link."""

    def __init__(self, asked: DisclosureRequest, token: str):
        self.asked, self.token = asked, token
        self.client = browser()
        self.entry, self.home = f"/r/{token}/", f"/v/{asked.code}/"

    def begins(self) -> "Vendor":
        assert self.client.post(self.entry).url == self.home
        return self

    def gets(self, path: str = ""):
        return self.client.get(self.home + path)

    def posts(self, path: str, data: dict, **more):
        return self.client.post(self.home + path, data, **more)

    def stamp(self, code: str) -> str:
        page = tree(self.gets(f"{code[:3]}/"))
        return having(page, name=f"version-{code}")[0].get("value")

    def saves(self, code: str, answer: str, remark: str = "", stamp: str | None = None, **more):
        """One row in place, from a page of now unless `stamp` is older."""
        said = {f"answer-{code}": answer, f"remark-{code}": remark} | more
        said[f"version-{code}"] = self.stamp(code) if stamp is None else stamp
        return self.posts(f"{code[:3]}/rows/{code}/", said, headers=HTMX)


def saved(code: str) -> tuple[str, str]:
    answer = Disclosure.objects.get(kind=code[:3]).answers.get(row__code=code)
    return answer.answer, answer.remark
