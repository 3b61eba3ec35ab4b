import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.mime.corpus import HOSTILE, SPY
from webapp.core.mime import FRAME_POLICY, FRAME_POLICY_WITH_IMAGES, sanitize_html
from webapp.core.mime.html_sanitizer import _ATTRIBUTES, _EVERYWHERE, _TAGS

ADDRESSES = re.compile(r"(?:https?://[^\s]+|mailto:[^\s]+|tel:[^\s]+)", re.IGNORECASE)
EMBEDDED = re.compile(r"data:image/(?:png|gif|jpe?g|webp|bmp|x-icon)[;,][^<>\"]*", re.IGNORECASE)


class Inspector(HTMLParser):
    """Collects whatever a body has that is not on the list of harmless things."""

    def __init__(self, *, images: bool) -> None:
        super().__init__()
        self.images = images
        self.faults: list[object] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _TAGS:
            self.faults.append(tag)
        for name, value in attrs:
            if not self.is_harmless(tag, name, value or ""):
                self.faults.append((tag, name, value))

    def is_harmless(self, tag: str, name: str, value: str) -> bool:
        match name:
            case "href":
                return bool(ADDRESSES.fullmatch(value))
            case "src":
                remote = self.images and value.startswith("https://")
                return remote or bool(EMBEDDED.fullmatch(value))
            case "style":
                return not re.search(r"url|image-set|expression|position|[\\@]|//", value)
            case "rel":
                return tag == "a"
        return name in _EVERYWHERE or name in _ATTRIBUTES.get(tag, ())

    def handle_comment(self, data: str) -> None:
        self.faults.append(data)

    def handle_decl(self, decl: str) -> None:
        self.faults.append(decl)

    def handle_pi(self, data: str) -> None:
        self.faults.append(data)

    def unknown_decl(self, data: str) -> None:
        self.faults.append(data)


def body(html: str, *, images: bool = False) -> str:
    document = sanitize_html(html, images=images)
    head, start, rest = document.partition('<body dir="auto">')
    assert start
    assert "script" not in head
    content, end, after = rest.rpartition("</body></html>\n")
    assert (end, after) == ("</body></html>\n", "")
    return content


def faults(content: str, *, images: bool = False) -> list[object]:
    inspector = Inspector(images=images)
    inspector.feed(content)
    inspector.close()
    return inspector.faults


@pytest.mark.parametrize("images", [False, True])
@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_but_harmless_things_is_left(name: str, images: bool) -> None:
    content = body(HOSTILE[name], images=images)

    assert faults(content, images=images) == []
    content.encode()


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_hostile_survives_between_other_things(name: str) -> None:
    around = "<table><tr><td><b title=\"{}\"><a href='{}'>{}</a></b></td>{}</tr></table><pre>{}<ul><li>{}"

    assert faults(body(around.replace("{}", HOSTILE[name]))) == []


@pytest.mark.parametrize("name", HOSTILE)
def test_what_was_made_safe_stays_as_it_is(name: str) -> None:
    once = body(HOSTILE[name])

    assert body(once) == once


ODDS = """
< > ' " = / & &lt; &#60; &quot; x <!-- --> <![CDATA[ ]]> <a\ttitle=' <p\tstyle=' <img\tsrc= url( \\ onload=x <style>
</style> <svg> <math> <table> \x00
"""
PIECES = st.sampled_from(
    [*HOSTILE.values(), *ODDS.split(), *(f"{start}{tag}>" for tag in sorted(_TAGS) for start in ("<", "</"))]
)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_no_mixture_of_pieces_is_harmful(html: str) -> None:
    assert faults(body(html)) == []


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_any_text_becomes_a_document_that_utf8_can_hold(text: str) -> None:
    sanitize_html(text).encode()


def test_ordinary_mail_looks_as_it_was_written() -> None:
    content = body(
        "<html><body><p style='color:#333;margin:0 0 1em'>Dear <b>Ann</b>,</p>"
        "<table width='100%' cellpadding=0><tr><td bgcolor='#eee' align=center>Total&nbsp;&euro;5</td></tr></table>"
        "<ul><li>one<li>two</ul><a href='https://shop.test/?a=1&amp;b=2'>Track it</a></body></html>"
    )

    assert content == (
        '<p style="color:#333;margin:0 0 1em">Dear <b>Ann</b>,</p>'
        '<table width="100%" cellpadding="0"><tbody><tr><td bgcolor="#eee" align="center">Total&nbsp;€5</td>'
        '</tr></tbody></table><ul><li>one</li><li>two</li></ul><a href="https://shop.test/?a=1&amp;b=2" '
        'rel="noopener noreferrer nofollow">Track it</a>'
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (
            "<table><tr><td>a<table><tr><td>b<td>c</table>d</td><td>e</table>f",
            "<table><tbody><tr><td>a<table><tbody><tr><td>b</td><td>c</td></tr></tbody></table>d</td><td>e</td></tr>"
            "</tbody></table>f",
        ),
        ("<table><td>a<tr><td>b</table>", "<table><tbody><tr><td>a</td></tr><tr><td>b</td></tr></tbody></table>"),
        ("<td>no table</td>", "no table"),
        ("<div><table><tr><td></div>a</table></div>b", "<div><table><tbody><tr><td>a</td></tr></tbody></table></div>b"),
        ("<p>a<div>b</div>c</p>d", "<p>a</p><div>b</div>cd"),
        ("<p><b>a<p>c", "<p><b>a</b></p><p>c</p>"),
        ("<ul><li>a<ul><li>b</ul><li>c</ul>", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"),
        ("<dl><dt>a<dd>b<dt>c</dl>", "<dl><dt>a</dt><dd>b</dd><dt>c</dt></dl>"),
        ("<b>a<i>b</b>c</i>d", "<b>a<i>b</i></b>cd"),
        ("<h1>a<h2>b</h2>", "<h1>a</h1><h2>b</h2>"),
        ("<br>a<hr/>b<br/>", "<br>a<hr>b<br>"),
        ("<DIV ALIGN=CENTER>a</DIV>", '<div align="CENTER">a</div>'),
        (
            "<a\nhref\n=\n'http://x.test/'\n>a</a\n>",
            '<a href="http://x.test/" rel="noopener noreferrer nofollow">a</a>',
        ),
    ],
)
def test_sloppy_html_is_put_in_order(written: str, meant: str) -> None:
    assert body(written) == meant


def test_the_good_declarations_of_a_style_are_kept() -> None:
    content = body(
        "<p style='color:rgb(1, 2, 3); background:url(x); position:fixed; FONT: bold 1em/1.2 Arial, sans-serif'>x</p>"
    )

    assert content == '<p style="color:rgb(1, 2, 3);font:bold 1em / 1.2 Arial , sans-serif">x</p>'


def test_text_that_looks_like_a_tag_is_read_as_text() -> None:
    assert body("1 < 2 && 3 <4 <3 &lt;b&gt; a<b") == "1 &lt; 2 &amp;&amp; 3 &lt;4 &lt;3 &lt;b&gt; a"


def test_remote_images_come_over_https_and_only_when_asked_for() -> None:
    html = f"<img src='{SPY}/a.png?x=1&amp;y=2' alt='A picture'>"

    assert body(html) == '<img alt="A picture">'
    assert body(html, images=True) == '<img src="https://spy.test/a.png?x=1&amp;y=2" alt="A picture">'


def test_images_within_the_mail_are_shown() -> None:
    html = '<img src="data:image/png;base64,iVBORw0KGgo=">'

    assert body(html) == html


def test_the_document_carries_the_policy_of_its_answer() -> None:
    for images, policy in ((False, FRAME_POLICY), (True, FRAME_POLICY_WITH_IMAGES)):
        carried = re.findall(r'content="(default-src[^"]*)"', sanitize_html("x", images=images))

        assert len(carried) == 1
        assert policy.startswith(carried[0] + "; frame-ancestors 'self'; sandbox ")


def test_the_policy_allows_neither_scripts_nor_addresses() -> None:
    directives = dict(each.split(maxsplit=1) for each in FRAME_POLICY.split("; "))

    assert directives["default-src"] == directives["form-action"] == directives["base-uri"] == "'none'"
    assert directives["img-src"] == "data:"
    assert directives["sandbox"] == "allow-popups allow-popups-to-escape-sandbox"
    assert "http" not in FRAME_POLICY
