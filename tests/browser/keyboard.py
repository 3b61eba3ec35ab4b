"""Getting about with the keyboard alone."""

from playwright.sync_api import Locator, Page

# The radio of a credential type is invisible: its label wears the ring.
_RING = """() => {
  const stop = document.activeElement;
  const style = getComputedStyle(stop.closest(".choice") || stop);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
}"""


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until an element has the focus; every stop on the way must show it."""
    for _ in range(40):
        page.keyboard.press("Tab")
        assert page.evaluate(_RING), page.evaluate("document.activeElement.outerHTML")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab does not reach {wanted}")


def type_into(page: Page, label: str, text: str) -> None:
    """Go to a field by Tab and type over what is in it."""
    tab_to(page, page.get_by_role("textbox", name=label))
    page.keyboard.press("Control+a")
    page.keyboard.type(text)
