"""HTML mail as a document for a sandboxed frame: nothing in it runs, and nothing is fetched unasked.

Three walls, each of which holds alone: what nh3 lets through is a list of harmless things; the document carries a
policy of its own; it is to be answered with `FRAME_POLICY`, which holds even for HTML that was not made safe.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from html import escape, unescape

import nh3

from webapp.core.mime.cid_images import InlineImages
from webapp.core.mime.html_tokenizer import CharacterToken, EndTag, HtmlToken, StartTag, TreeBalancer, attributes, names

_CONTENT = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; img-src data:"
_FRAME = "; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
_REMOTE = " https:"
FRAME_POLICY = _CONTENT + _FRAME
FRAME_POLICY_WITH_IMAGES = _CONTENT + _REMOTE + _FRAME

_DOCUMENT = """<!doctype html>
<html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">
<base target="_blank"><meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width"><title>Message</title>
<style>:root {{ color-scheme: light; background: #fff; color: #111; font: 1rem/1.5 system-ui, sans-serif }}
body {{ margin: 1rem; overflow-wrap: break-word }} pre {{ white-space: pre-wrap }}
img {{ max-width: 100%; height: auto }}
blockquote {{ margin: 0 0 0 .5rem; padding-left: 1rem; border-left: 2px solid #ccc }}</style></head>
<body dir="auto">{body}</body></html>
"""

_TAGS = names("""
    a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div dl dt
    em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q rp rt ruby s
    samp section small span strike strong sub sup table tbody td tfoot th thead tr tt u ul var wbr
""")
_EVERYWHERE = names("align bgcolor dir height lang style title valign width")
_CELL = names("abbr colspan headers nowrap rowspan scope")
_ATTRIBUTES = {
    "*": _EVERYWHERE,
    "a": names("href"),
    "col": names("span"),
    "colgroup": names("span"),
    "font": names("color face size"),
    "hr": names("color noshade size"),
    "img": names("alt border hspace src vspace"),
    "li": names("type value"),
    "ol": names("reversed start type"),
    "table": names("border bordercolor cellpadding cellspacing frame rules summary"),
    "td": _CELL,
    "th": _CELL,
    "ul": names("type"),
}
_SIDES = ("-top", "-right", "-bottom", "-left")
# Nothing that names an address, lies over something else, or moves.
_STYLES = {
    *names("""
    background background-color border-collapse border-color border-radius border-spacing border-style border-width
    box-sizing caption-side clear color direction display empty-cells float font font-family font-size font-style
    font-variant font-weight height letter-spacing line-height list-style-type max-height max-width min-height min-width
    overflow overflow-wrap table-layout text-align text-decoration text-indent text-transform unicode-bidi
    vertical-align visibility white-space width word-break word-spacing word-wrap
    """),
    *(f"{name}{side}" for name in ("border", "margin", "padding") for side in ("", *_SIDES)),
    *(f"border{side}-{what}" for side in _SIDES for what in ("color", "style", "width")),
}
_LONGEST_VALUE = 8000
_LONGEST_RUN = 8 * 1024
_CALLED = r"(?:rgb|rgba|hsl|hsla)\([\d\s.,%/+-]*+\)"
# No escapes, which spell url( otherwise; no calls but of colours; no comments.
_STYLE_VALUE = re.compile(rf"(?:{_CALLED}|[^\\()@{{}}<>/]|/(?!\*))*+", re.IGNORECASE)

_LINK = re.compile(r"(?:https?://|mailto:|tel:)[^\s\x00-\x20\\]{1,4000}", re.IGNORECASE)
_EMBEDDED = re.compile(
    r"data:image/(?:png|gif|jpe?g|webp|bmp|x-icon)(?:;[\w=-]{1,40})?;base64,[A-Za-z0-9+/=\s%]*", re.IGNORECASE
)
_REMOTE_IMAGE = re.compile(r"https?://([^\s\x00-\x20\\]{1,4000})", re.IGNORECASE)


def sanitize_html(html: str, *, images: bool = False, inline: Mapping[str, bytes] | None = None) -> str:
    """Return a whole document that shows HTML mail; `images` lets it fetch remote images, over HTTPS only.

    `inline` are the images that the mail itself has, by their Content-IDs; they become a part of the document.
    """
    cleaner = _cleaner(images=images, inline=InlineImages(inline or {}))
    body = cleaner.clean("".join(_serialize(TreeBalancer(_TAGS).read(html))))
    return _DOCUMENT.format(policy=_CONTENT + _REMOTE * images, body=body)


def _serialize(pieces: Iterator[HtmlToken]) -> Iterator[str]:
    """Write pieces as HTML that has only one reading, text in short runs: parsers take quadratic time for long ones."""
    run = 0
    for piece in pieces:
        match piece:
            case CharacterToken(source):
                for part in _parts(unescape(source)):
                    run += len(part)
                    yield escape(part, quote=False)
                    if run >= _LONGEST_RUN:
                        yield "<wbr>"
                        run = 0
            case StartTag(name, written):
                run = 0
                yield f"<{name}{''.join(_attributes(name, written))}>"
            case EndTag(name):
                run = 0
                yield f"</{name}>"


def _parts(text: str) -> Iterator[str]:
    return (text[start : start + _LONGEST_RUN] for start in range(0, len(text), _LONGEST_RUN))


def _attributes(name: str, written: str) -> Iterator[str]:
    if not written:
        return
    allowed = _ATTRIBUTES.get(name, ())
    for attribute, value in attributes(written):
        if (attribute in _EVERYWHERE or attribute in allowed) and _is_short(value):
            escaped = value.replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
            yield f' {attribute}="{escaped}"'


def _is_short(value: str) -> bool:
    return len(value) <= _LONGEST_VALUE or bool(_EMBEDDED.fullmatch(value))


def _filter(*, images: bool, inline: InlineImages) -> Callable[[str, str, str], str | None]:
    def kept(tag: str, attribute: str, value: str) -> str | None:
        match attribute:
            case "style":
                return _style(value)
            case "href":
                return value.strip() if _LINK.fullmatch(value.strip()) else None
            case "src":
                return _source(value.strip(), images=images) or inline.data_url_for(value)
        return value

    return kept


def _style(value: str) -> str | None:
    named = (each.partition(":") for each in value.split(";"))
    declarations = ((name.strip().lower(), value) for name, _, value in named)
    return ";".join(f"{name}:{value}" for name, value in declarations if _is_safe_style(name, value)) or None


def _is_safe_style(name: str, value: str) -> bool:
    return name in _STYLES and bool(_STYLE_VALUE.fullmatch(value))


def _source(value: str, *, images: bool) -> str | None:
    if _EMBEDDED.fullmatch(value):
        return value
    remote = _REMOTE_IMAGE.fullmatch(value)
    return f"https://{remote[1]}" if images and remote else None


def _cleaner(*, images: bool, inline: InlineImages) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=_TAGS,
        clean_content_tags=set(),
        attributes=_ATTRIBUTES,
        attribute_filter=_filter(images=images, inline=inline),
        url_schemes={"http", "https", "mailto", "tel", "data", "cid"},
        url_relative="deny",
        filter_style_properties=_STYLES,
        link_rel="noopener noreferrer nofollow",
    )
