"""What is worked out once and kept from one test's portal to the next: each test makes a portal of its own.

Only what depends on the code alone: Jinja's compiled templates, Werkzeug's compiled routes, SQLAlchemy's compiled
statements. Nothing of it is data.
"""

from copy import copy
from types import CodeType
from typing import Any

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine
from werkzeug.routing import Rule

from webapp.models import db


class _Compiled(BytecodeCache):
    """Keeps what Jinja has compiled."""

    def __init__(self) -> None:
        self._kept: dict[str, CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get(bucket.checksum + bucket.key)

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code:
            self._kept[bucket.checksum + bucket.key] = bucket.code


_templates = _Compiled()
_engines: dict[str, Engine] = {}


def keep_routes() -> None:
    """Keep what Werkzeug compiles of a route, four fifths of what a portal costs."""
    compile_anew = Rule.compile
    kept: dict[tuple[object, ...], dict[str, Any]] = {}

    def compile_rule(rule: Rule) -> None:
        key = rule.rule, str(rule.defaults), rule.merge_slashes, rule.subdomain, rule.host
        if key not in kept:
            before = dict(vars(rule))
            compile_anew(rule)
            kept[key] = {name: value for name, value in vars(rule).items() if before.get(name) is not value}
            kept[key]["arguments"] = rule.arguments
        for name, value in kept[key].items():
            setattr(rule, name, value.__func__.__get__(rule) if callable(value) else copy(value))

    Rule.compile = compile_rule  # type: ignore[method-assign, assignment]


def keep_for(app: Flask) -> Engine:
    """Let a portal use what others before it have compiled; return its engine, which is to be disposed of."""
    app.jinja_env.bytecode_cache = _templates
    with app.app_context():
        engine: Engine = db.engine
    first = _engines.setdefault(engine.name, engine)
    if first is engine:
        engine.connect().close()  # the dialect asks the database what it can
    # A compiled statement is kept by the dialect that it is for.
    engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
    return engine
