import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.mime.corpus import HOSTILE
from webapp.core.mime import html_to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("<p>One<p>Two", "One\n\nTwo"),
        ("one<br>two<br><br><br><br>three", "one\ntwo\n\nthree"),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("  lots \n of\t space  ", "lots of space"),
        ("<h1>Title</h1>text", "Title\n\ntext"),
        ("<ul><li>one<li>two</ul>", "- one\n- two"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</table>", "a b\nc"),
        ("<pre>  kept\n    as is</pre>", "  kept\n    as is".strip()),
        ("<p>a</p><pre>x\n  y</pre>", "a\n\nx\n  y"),
        ("a<hr>b", "a\n---\nb"),
        ("<img src=x alt='A picture'> here", "A picture here"),
        ("5 &lt; 6 &amp; &euro;", "5 < 6 & €"),
        ("<a href='https://a.test/?x=1&amp;y=2'>Reset</a> it", "Reset <https://a.test/?x=1&y=2> it"),
        ("<a href='https://a.test'>https://a.test</a>", "https://a.test"),
        ("<a href='javascript:alert(1)'>a</a>", "a"),
        ("<style>p {}</style><script>x</script><title>t</title>text<!-- no -->", "text"),
        ("<style>never closed", ""),
        ("1 < 2 <3 a", "1 < 2 <3 a"),
        ("<!--[if mso]>hidden<![endif]--><![if !mso]>seen<![endif]>", "seen"),
        ("<o:p>Office</o:p>", "Office"),
        ("&#xD800;&#0;x", "\ufffd\ufffdx"),
    ],
)
def test_html_is_read_as_a_person_would(html: str, text: str) -> None:
    assert html_to_text(html) == text


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_html_is_read_without_controls(name: str) -> None:
    text = html_to_text(HOSTILE[name])

    text.encode()
    assert not any(char < " " and char not in "\n\t" for char in text)


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_is_read_without_controls(html: str) -> None:
    text = html_to_text(html)

    text.encode()
    assert not any(char < " " and char not in "\n\t" for char in text)
