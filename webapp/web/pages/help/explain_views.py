"""“Explain an error”: an error text in, the problem behind it out; secrets are masked at once, nothing is kept."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from flask import Response, make_response, render_template, request

from webapp.core.diagnosis.explain import Explanation, explain
from webapp.core.diagnosis.problem import UNKNOWN, Problem
from webapp.services.connections.check_result import HelpContext
from webapp.web.extensions import csrf, limiter
from webapp.web.login_rate_limits import client_network, too_many
from webapp.web.pages.help.portal_facts import facts_for_readers_of

# A whole log, and the rest of its form.
_LARGEST = 2 * 1024 * 1024 + 16 * 1024

by_network = limiter.limit("60 per 5 minutes", key_func=client_network, methods=["POST"])
too_many_texts = partial(too_many, meanwhile="The pages of help stay open.")


@dataclass(frozen=True, kw_only=True)
class ExplainedText:
    """An explanation as its page shows it."""

    explanation: Explanation
    facts: HelpContext

    @property
    def problem(self) -> Problem:
        """Return the problem behind the text."""
        return self.explanation.diagnosis.problem

    @property
    def known(self) -> bool:
        """Return whether the text names a cause."""
        return self.problem.slug != UNKNOWN

    @property
    def pieces(self) -> Iterator[tuple[str, bool]]:
        """Yield the excerpt in pieces: the text, and whether it led to the diagnosis."""
        text, end = self.explanation.excerpt, 0
        for start, stop in self.explanation.marked:
            yield from ((text[end:start], False), (text[start:stop], True))
            end = stop
        yield text[end:], False


# The form token is looked at in the view: the person who reads a form first decides how large it may be.
@csrf.exempt  # type: ignore[untyped-decorator]
@by_network
def explain_text() -> Response:
    """Ask for an error text, and explain it."""
    if request.method == "GET":
        return make_response(_page())
    request.max_content_length = request.max_form_memory_size = _LARGEST
    csrf.protect()
    text = request.form.get("text", "")
    return make_response(_page(_explain(text)) if text.strip() else (_page(empty=True), 422))


def _page(explained: ExplainedText | None = None, *, empty: bool = False) -> str:
    return render_template("help/explain.html", explained=explained, empty=empty)


def _explain(text: str) -> ExplainedText:
    explanation = explain(text)
    facts = facts_for_readers_of(explanation.provider)
    return ExplainedText(explanation=explanation, facts=replace(facts, who=explanation.diagnosis.problem.who.value))
