"""Each fault stops the check at its step, in time, with the right symptom, and gives nothing away."""

import logging
import socket
from collections.abc import Callable, Iterator

import pytest

from tests.core.imap.certificates import Authority
from tests.core.imap.faults import FAULTS, Fault
from tests.core.imap.servers import SECRET, hangs_up, serving
from webapp.core.diagnosis.symptom import Symptom
from webapp.core.imap import Outcome, Report, StepName

Check = Callable[..., Report]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_fault_stops_the_check_at_its_step_in_time(
    fault: Fault, check: Check, authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    tls = fault.certificate(authority) if fault.certificate else None

    with serving(fault.talk, tls) as port:
        report = check(port, fault.security, host=fault.host)

    assert report.stopped_at
    assert report.failure
    assert (report.stopped_at.name, report.failure.symptom) == (fault.step, fault.symptom)
    assert fault.text in report.failure.text
    assert report.failure.text.isprintable()
    assert report.seconds < 4
    assert len(report.steps) == len(StepName) - 1  # no one asks a password for an access token
    assert SECRET not in repr(report) + caplog.text
    assert "Traceback" not in caplog.text


def test_steps_after_the_failure_are_not_reached(check: Check) -> None:
    with serving(hangs_up) as port:
        report = check(port)

    assert [step.outcome for step in report.steps[4:]] == [Outcome.NOT_REACHED] * 4


@pytest.mark.parametrize(
    ("host", "port", "step", "symptom"),
    [
        ("127.0.0.1", 1, StepName.CONNECT, Symptom.REFUSED),
        ("127.0.0.1", 0, StepName.CONNECT, Symptom.REFUSED),
        ("127.0.0.1", 70000, StepName.CONNECT, Symptom.REFUSED),
        ("no-such-host.invalid", 993, StepName.LOOKUP, Symptom.NO_SUCH_NAME),
        ("imäp.invalid", 993, StepName.LOOKUP, Symptom.NO_SUCH_NAME),
        ("", 993, StepName.LOOKUP, Symptom.NO_SUCH_NAME),
        ("imap example.com", 993, StepName.LOOKUP, Symptom.NO_SUCH_NAME),
        ("a" * 64 + ".example.com", 993, StepName.LOOKUP, Symptom.NO_SUCH_NAME),
        ("10.0.0.1", 993, StepName.LOOKUP, Symptom.ADDRESS_NOT_ALLOWED),
    ],
)
def test_server_that_cannot_be_reached_is_told_apart(
    check: Check, host: str, port: int, step: StepName, symptom: Symptom
) -> None:
    report = check(port, "tls", host=host)

    assert report.stopped_at
    assert report.failure
    assert (report.stopped_at.name, report.failure.symptom) == (step, symptom)


@pytest.fixture
def port_that_never_answers() -> Iterator[int]:
    """Fill the queue of a listener that accepts no one: further attempts get no answer at all."""
    with socket.create_server(("127.0.0.1", 0), backlog=1) as listener:
        crowd = [socket.socket() for _ in range(8)]
        for sock in crowd:
            sock.setblocking(False)
            sock.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]
        for sock in crowd:
            sock.close()


def test_connection_that_nobody_answers_times_out(check: Check, port_that_never_answers: int) -> None:
    report = check(port_that_never_answers)

    assert report.failure
    assert report.failure.symptom == Symptom.CONNECT_TIMED_OUT
    assert report.seconds < 2
