"""gunicorn's settings: `gunicorn -c python:webapp.gunicorn_conf wsgi:app`."""

import gc
import os
import re
import sys
from typing import Any

from gunicorn.glogging import Logger  # type: ignore[import-untyped]

bind = os.environ.get("POSTROOM_BIND") or f"127.0.0.1:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# A check waits for a mail server most of its time; a hundred may wait at once and pages are still served.
threads = 64
# The master loads the application once and the workers share its memory.
preload_app = True
timeout = 60
graceful_timeout = 25
keepalive = 5
# A search for words in several fields: one letter of most alphabets takes six characters or more in an address.
limit_request_line = 8190
# A control socket in the home folder would be shared by every gunicorn of the same user.
accesslog = "-" if os.environ.get("POSTROOM_ACCESS_LOG") else None
# Without the query string: it may carry codes.
access_log_format = '%(h)s "%(m)s %(U)s" %(s)s %(M)sms'
loglevel = os.environ.get("POSTROOM_LOG_LEVEL", "warning")
control_socket_disable = True

# Paths whose next part opens a page by itself, the person who has it.
_BEARER_PATH = re.compile(r"((?:^|/)(?:hand-off|join|new-password|consent|step-in)/)[^/]+")


class logger_class(Logger):  # type: ignore[misc]  # noqa: N801  (gunicorn's name for the setting)
    """Writes the access log without what would let its reader in."""

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        """Return what a line may hold."""
        given: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        return {**given, "U": _BEARER_PATH.sub(r"\1…", given["U"] or "")}


def on_starting(server: Any) -> None:
    """Make the portal ready before the first worker is forked, in a child: the master must not open the database."""
    from webapp.core.net.loopback import is_loopback
    from wsgi import app

    if "postroom.practice" in app.extensions:
        if not is_loopback(bind.rpartition(":")[0].strip("[]")):
            print("Postroom cannot start: practice mode listens on this machine only", file=sys.stderr, flush=True)
            sys.exit(1)
        app.extensions["postroom.practice"].start()
    child = os.fork()
    if child == 0:
        os._exit(_prepare())
    _, status = os.waitpid(child, 0)
    if status != 0:
        on_exit(server)
        sys.exit(1)


def post_worker_init(worker: Any) -> None:
    """Leave what was loaded before the fork out of garbage collection: it stays, and stays shared with the master."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def on_exit(server: Any) -> None:
    """Stop the practice servers, where there are any."""
    from wsgi import app

    if "postroom.practice" in app.extensions:
        app.extensions["postroom.practice"].stop()


def when_ready(server: Any) -> None:
    """Say where the portal is."""
    print(f"Postroom serves at {os.environ.get('POSTROOM_BASE_URL', f'http://{bind}')}  (Ctrl+C stops it)", flush=True)


def _prepare() -> int:
    from webapp.cli.prepare import announce
    from webapp.setup.startup import StartupError, ensure_ready
    from wsgi import app

    try:
        with app.app_context():
            ensure_ready()
            announce()
    except StartupError as error:
        print(f"Postroom cannot start: {error}", file=sys.stderr, flush=True)
        return 1
    finally:
        sys.stdout.flush()
    return 0
