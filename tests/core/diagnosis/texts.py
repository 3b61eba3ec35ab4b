"""Tables of error texts: a slug, then one text a line; a line that is indented further goes on."""

import re
from collections.abc import Iterator, Mapping
from textwrap import dedent


def by_text(table: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield every text of a table with the slug that it stands under."""
    for slug, texts in table.items():
        for text in re.sub(r"\n +", " ", dedent(texts)).strip().splitlines():
            yield text, slug
