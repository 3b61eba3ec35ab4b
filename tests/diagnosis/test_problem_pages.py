"""Every problem has its words: a verdict, a cause, and a remedy by whoever acts first."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from webapp.diagnosis.catalogue import PROBLEMS
from webapp.diagnosis.problem import Who

TEMPLATES = Path(__file__).parents[2] / "templates"
CLASSES = {Who.USER: "who-you", Who.ADMIN: "who-admin", Who.OPERATOR: "who-operator", Who.WAIT: "who-wait"}
FIELDS = {"address", "password", "host", "port", "security", "user"}


class NoFacts:
    """What a page knows when nothing was tried: every fact is empty."""

    def __getattr__(self, name: str) -> str:
        return ""


class SomeFacts(NoFacts):
    """What a page knows after a test, with markup in every place that a person could have typed it."""

    def __getattr__(self, name: str) -> str:
        return f"<{name}>"


def rendered(slug: str, facts: object | None = None, **context: object) -> str:
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
    environment.globals["problem_link"] = lambda other: Markup('<a href="#{}">{}</a>').format(
        other, PROBLEMS[other].verdict
    )
    return environment.get_template(f"help/problems/{slug}.html").render(facts=facts or NoFacts(), **context)


@pytest.mark.parametrize("slug", PROBLEMS)
def test_a_page_gives_the_cause_and_a_remedy_by_whoever_acts_first(slug: str) -> None:
    page = rendered(slug)

    assert '<section class="why">' in page
    assert "<ol>" in page
    assert f'<span class="who {CLASSES[PROBLEMS[slug].who]}">' in page


@pytest.mark.parametrize("slug", PROBLEMS)
def test_only_the_full_page_goes_on_to_more(slug: str) -> None:
    assert "How you know that it is mended" not in rendered(slug)
    assert "How you know that it is mended" in rendered(slug, full_page=True)


@pytest.mark.parametrize("slug", PROBLEMS)
def test_a_page_never_lets_typed_markup_through(slug: str) -> None:
    page = rendered(slug, SomeFacts(), full_page=True)

    assert not re.search(r"<(host|port|user|address|security|provider_label|imap_hint)>", page)


@pytest.mark.parametrize("slug", PROBLEMS)
def test_a_page_is_well_formed_whatever_is_known(slug: str) -> None:
    for facts in (NoFacts(), SomeFacts()):
        page = rendered(slug, facts, full_page=True, heading="h2")

        for tag in ("section", "ol", "ul", "li", "p", "span", "code", "h2", "h3", "a", "em"):
            assert len(re.findall(rf"<{tag}[ >]", page)) == page.count(f"</{tag}>"), tag
        assert "  ," not in page
        assert " ." not in page


def test_headings_follow_the_page() -> None:
    assert "<h2>Why</h2>" in rendered("wrong-password", heading="h2")
    assert "<h3>Why</h3>" in rendered("wrong-password")


def test_a_page_names_the_server_that_was_tried() -> None:
    class Facts(NoFacts):
        host = "imap.example.com"

    assert "imap.example.com" in rendered("connection-timeout", Facts())


def test_every_page_belongs_to_a_problem() -> None:
    assert {path.stem for path in (TEMPLATES / "help" / "problems").glob("*.html")} == set(PROBLEMS)


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=lambda problem: problem.slug)
def test_a_verdict_is_a_short_sentence_and_its_fields_exist(problem: object) -> None:
    found = PROBLEMS[problem.slug]  # type: ignore[attr-defined]

    assert 10 < len(found.verdict) < 80
    assert found.verdict[0].isupper()
    assert not found.verdict.endswith(".")
    assert set(found.fields) <= FIELDS
    assert len(found.hint) < 60
    assert found.fields or not found.hint
