"""The tables of codes: every row leads to a page, is understood by the engine and is found by those who look for it."""

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from webapp.core.diagnosis import codes, diagnose
from webapp.core.diagnosis.catalogue import PROBLEMS
from webapp.core.diagnosis.codes import CODES, Code, Family, find_codes
from webapp.core.diagnosis.failure import Failure
from webapp.core.diagnosis.secret_masking import redact

TABLES = Path(codes.__file__).parent
PAGES = Path(__file__).parents[3] / "templates" / "help" / "problems"

# Problems that have no code or set text of their own, and why.
WITHOUT_A_CODE = {"address-not-allowed": "only the portal itself refuses an address"}

every_row = pytest.mark.parametrize("row", CODES, ids=lambda row: row.anchor)


@every_row
def test_a_row_leads_to_a_page(row: Code) -> None:
    assert row.slug in PROBLEMS
    assert (PAGES / f"{row.slug}.html").is_file()


@every_row
def test_what_a_log_shows_of_a_row_is_diagnosed_as_the_row_says(row: Code) -> None:
    assert diagnose(Failure(text=row.seen)).problem.slug == row.slug


@every_row
def test_a_row_is_found_by_its_code(row: Code) -> None:
    assert find_codes(row.code)[0] == row
    assert find_codes(row.code.lower())[0] == row
    assert row in find_codes(row.seen)


@every_row
def test_a_row_says_in_one_sentence_each_what_it_means_and_what_to_do(row: Code) -> None:
    for sentence in (row.meaning, row.action):
        assert 15 < len(sentence) < 200
        assert sentence[0].isupper()
        assert sentence.endswith((".", ".”"))
        assert not re.search(r"\w{3}\. [A-Z]|—|contact support", sentence)


@every_row
def test_an_example_holds_no_secret(row: Code) -> None:
    assert redact(row.seen) in (row.seen, row.seen.replace("https://accounts.google.com/signin/continue", "•••"))


def test_every_problem_that_a_text_can_lead_to_has_a_row() -> None:
    assert set(PROBLEMS) - {row.slug for row in CODES} == set(WITHOUT_A_CODE)


def test_every_row_has_a_place_of_its_own_on_the_page() -> None:
    anchors = Counter(row.anchor for row in CODES)

    assert [anchor for anchor, number in anchors.items() if number > 1] == []
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", anchor) for anchor in anchors)
    assert find_codes("AADSTS50079")[0].anchor == "aadsts50079"


def test_who_acts_is_the_page_s_unless_a_row_says_otherwise_on_purpose() -> None:
    stated = {
        row["code"]: row["who"]
        for family in Family
        for rows in tomllib.loads((TABLES / f"{family}.toml").read_text(encoding="utf-8")).values()
        for row in rows
        if "who" in row
    }

    for row in CODES:
        assert row.who == stated.get(row.code, PROBLEMS[row.slug].who)
        assert (row.who != PROBLEMS[row.slug].who) == (row.code in stated)


def test_every_problem_has_an_action_for_its_rows() -> None:
    actions = tomllib.loads((TABLES / "actions.toml").read_text(encoding="utf-8"))

    assert set(actions) == set(PROBLEMS)


@pytest.mark.parametrize("search", ["50079", "AADSTS50079", "aadsts 50079", " aadsts50079: ", "error code 50079"])
def test_a_number_is_found_however_it_is_written(search: str) -> None:
    assert [row.code for row in find_codes(search)] == ["AADSTS50079"]


@pytest.mark.parametrize(
    ("search", "code"),
    [
        ("wrong version number", "WRONG_VERSION_NUMBER"),
        ("admin policy enforced", "admin_policy_enforced"),
        ("[AUTHENTICATIONFAILED]", "AUTHENTICATIONFAILED"),
        ("limit", "LIMIT"),
        ("cert has expired", "CERTIFICATE_VERIFY_FAILED: certificate has expired"),
        ("185833", "Application-specific password required"),
    ],
)
def test_a_code_is_found_in_the_spellings_that_people_use(search: str, code: str) -> None:
    assert find_codes(search)[0].code == code


@pytest.mark.parametrize("search", ["", "99999", "hello", "there is a limit to what I cannot do", "50079 apples"])
def test_what_names_no_code_finds_none(search: str) -> None:
    assert find_codes(search) == ()


def test_the_row_that_says_most_comes_first() -> None:
    text = "invalid_grant: AADSTS70002: Error validating credentials. AADSTS50126: Invalid username or password."

    assert [row.code for row in find_codes(text)][:2] == ["AADSTS70002", "AADSTS50126"]
    assert find_codes("invalid_client: Unauthorized")[0].code == "invalid_client: Unauthorized"


def test_a_diagnosis_names_the_row_that_says_the_same() -> None:
    text = "AADSTS70002: Error validating credentials. AADSTS50126: Invalid username or password."

    diagnosis = diagnose(Failure(text=text))

    assert diagnosis.code is not None
    assert (diagnosis.code.code, diagnosis.code.slug) == ("AADSTS50126", diagnosis.problem.slug)
    assert diagnose(Failure(text="hostname mismatch")).code == find_codes("hostname mismatch")[0]


def test_a_diagnosis_that_no_row_stands_for_names_none() -> None:
    assert diagnose(Failure(text="The connection hung up")).code is None
    assert diagnose(Failure(text="")).code is None


def test_every_table_has_a_name_for_people() -> None:
    assert all(family.label for family in Family)
    assert {row.family for row in CODES} == set(Family)
