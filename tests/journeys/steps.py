"""What people do at the browser, as verbs: with a mouse, without JavaScript, with the keyboard alone."""

import re

from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

STATUSES = ["実施済", "未実施・対応中", "対象外", "わからない", "未回答"]


class Person:
    """Somebody with a mouse. Waits for what is to be seen, as people do."""

    SCRIPTS = True

    def __init__(self, page: Page, origin: str):
        self.page, self.origin = page, origin
        self.actions = 0  # clicks and choices; typing is counted as fields

    # What they do

    def opens(self, name: str, *args, query: str = "") -> None:
        self.goes(reverse(name, args=args) + query)

    def goes(self, path: str) -> None:
        self.page.goto(self.origin + path)

    def follows(self, link: str) -> None:
        self.acts_on(self.named("link", link))

    def answers_in_the_table(self, shown: str) -> None:
        """Open a row of 全項目: its form, as it is now, stands when this returns."""
        self.follows(f"{shown}を答える")
        expect(self.named("button", "保存").first).to_be_visible()

    def presses(self, button: str) -> None:
        self.acts_on(self.named("button", button))

    def acts_on(self, target: Locator) -> None:
        self.actions += 1
        target.click()

    def chooses(self, option: str) -> None:
        radio = self.named("radio", option)
        self.acts_on(self.label_of(radio))
        expect(radio).to_be_checked()

    def types(self, label: str, text: str) -> None:
        self.field(label).fill(text)

    def puts_today(self) -> None:
        self.presses("今日")

    def puts_new_years_eve(self, label: str) -> None:
        """A day that has not passed, whenever the test runs."""
        self.types(label, f"{timezone.localdate().year}-12-31")

    def loses_the_session(self) -> None:
        self.page.context.clear_cookies()

    def logs_in(self, email: str, password: str) -> None:
        self.types("メールアドレス", email)
        self.types("パスワード", password)
        self.presses("ログイン")

    # What they see

    def sees(self, *texts: str) -> None:
        """All of these stand in the page's main part, and the page is ready."""
        for text in texts:
            expect(self.page.locator("main")).to_contain_text(text)
        self.page.wait_for_load_state()

    def finds(self, label: str, text: str) -> None:
        """The field holds this text."""
        expect(self.field(label)).to_have_value(text)

    def fields(self) -> list[str]:
        """What there is to fill in: labels of the fields in sight, a group of radios as one."""
        groups = [each.inner_text() for each in self.page.locator("main legend").all()]
        labels = [
            each for each in self.page.locator("main label:visible").all() if not each.evaluate(OF_A_RADIO)
        ]
        return groups + [each.inner_text() for each in labels]

    def prints(self, link: str) -> bytes:
        """The PDF behind a link. Chromium would open a viewer of its own, so its bytes are fetched."""
        path = self.named("link", link).get_attribute("href")
        answer = self.page.request.get(self.origin + path, timeout=60_000)
        assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
        return answer.body()

    # Where things are

    def named(self, role: str, name: str) -> Locator:
        """By what a screen reader would call it: 「保存して次へ」 finds 「保存して次へ（1.2①）」, 「保存」 does not."""
        return self.page.get_by_role(role, name=re.compile(f"^{re.escape(name)}(?=$|[（ ])"))

    def field(self, label: str) -> Locator:
        fields = self.page.locator("main").get_by_label(label)
        return fields.and_(self.page.locator(":visible:not([type=radio])"))

    def save_state(self) -> Locator:
        return self.page.locator(".save-state")

    def label_of(self, field: Locator) -> Locator:
        return self.page.locator(f"label[for='{field.get_attribute('id')}']")


OF_A_RADIO = "label => label.control.type === 'radio'"


class WithoutJavaScript(Person):
    """Somebody whose browser runs no scripts."""

    SCRIPTS = False

    def puts_today(self) -> None:
        self.types("確認日", timezone.localdate().isoformat())


class AtTheKeys(Person):
    """Somebody without a mouse. Wherever Tab leads, a ring of at least 3px shows it, inside the window."""

    def acts_on(self, target: Locator) -> None:
        self.tabs_to(target)
        self.hits("Enter")

    def tabs_to(self, target: Locator) -> None:
        target.wait_for()
        place = target.element_handle()  # by its name it would be sought anew at each stop
        focus = place.evaluate(FOCUS)
        for _ in range(250):
            if focus["here"]:
                return
            self.page.keyboard.press("Tab")
            focus = place.evaluate(FOCUS)
            assert focus["ring"] >= 3, focus
            assert focus["in_sight"], focus
        raise AssertionError(f"Tab does not lead to {target}")

    def hits(self, *keys: str) -> None:
        for key in keys:
            self.actions += 1
            self.page.keyboard.press(key)

    def chooses(self, option: str) -> None:
        """Keys 1 to 5 for a status; Space and the arrows for other choices."""
        radio = self.named("radio", option)
        self.tabs_to(radio)
        if option in STATUSES:
            self.hits(str(STATUSES.index(option) + 1))
        else:
            self.hits("Space")
            while not radio.is_checked():
                self.hits("ArrowDown")
        expect(radio).to_be_checked()
        expect(radio).to_be_focused()

    def types(self, label: str, text: str) -> None:
        self.tabs_to(self.field(label))
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)

    def puts_new_years_eve(self, label: str) -> None:
        """Year, month and day, in whichever order this browser asks for them."""
        self.tabs_to(self.field(label))
        self.hits("ArrowDown", "ArrowRight", "ArrowDown", "ArrowRight", "ArrowDown")
        self.finds(label, f"{timezone.localdate().year}-12-31")

    def prints(self, link: str) -> bytes:
        self.tabs_to(self.named("link", link))
        return super().prints(link)


# What has the focus, as seen from a target. In a group of radios one of them has it for all; a row's link draws its
# ring around the row; at the end of the page the focus leaves it.
FOCUS = """target => {
  const active = document.activeElement;
  const group = target.type === "radio" && active.name === target.name && active.form === target.form;
  const width = style => style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth);
  const ring = Math.max(width(getComputedStyle(active)), width(getComputedStyle(active, "::after")));
  const box = active.getBoundingClientRect();
  return {
    element: active.outerHTML.slice(0, 200),
    here: active === target || group,
    ring: active === document.body ? Infinity : ring,
    in_sight: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}"""
