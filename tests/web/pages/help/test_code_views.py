"""The tables of codes: every row is there, can be linked to, and leads to its page."""

import re
from collections import Counter

from flask.testing import FlaskClient

from tests.web.pages.help.conftest import see, text_of
from webapp.core.diagnosis.codes import CODES, Family


def rows(page: str) -> dict[str, str]:
    return dict(re.findall(r'<tr id="([^"]+)">(.*?)</tr>', page, re.DOTALL))


def test_every_code_has_one_row_in_the_table_of_its_family(client: FlaskClient) -> None:
    page = see(client, "/help/codes")

    for family in Family:
        table = page.partition(f'aria-labelledby="{family}"')[2].partition("</table>")[0]
        assert sorted(rows(table)) == sorted(code.anchor for code in CODES if code.family is family)


def test_the_rows_stand_in_the_order_in_which_one_looks_for_a_code(client: FlaskClient) -> None:
    codes = [text_of(row.partition("</td>")[0]) for row in rows(see(client, "/help/codes")).values()]
    numbers = [int(code.removeprefix("AADSTS")) for code in codes if re.fullmatch(r"AADSTS\d+", code)]
    google = [code.casefold() for code in codes if code in {row.code for row in CODES if row.family is Family.GOOGLE}]

    assert numbers == sorted(numbers)
    assert google == sorted(google)


def test_a_row_says_what_it_means_who_acts_and_what_to_do_and_leads_to_its_page(client: FlaskClient) -> None:
    table = rows(see(client, "/help/codes"))

    for code in CODES:
        words = text_of(table[code.anchor])
        assert all(
            " ".join(part.split()) in words for part in (code.code, code.meaning, code.who.label, code.action)
        ), code
        assert f'href="/help/problems/{code.slug}"' in table[code.anchor]


def test_every_place_on_the_page_has_its_own_name(client: FlaskClient) -> None:
    ids = Counter(re.findall(r' id="([^"]+)"', see(client, "/help/codes")))

    assert [name for name, times in ids.items() if times > 1] == []


def test_the_page_stays_small_enough_to_be_read_on_a_phone(client: FlaskClient) -> None:
    assert len(client.get("/help/codes").get_data()) < 1_000 * len(CODES)
