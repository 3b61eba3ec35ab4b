"""The architecture as an ordered list: every module has one place in it, and imports only what stands above it.

`python -m tests.layers` prints the rooms with their sizes and arrows.
"""

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).parents[1]

WEB = frozenset({"flask", "flask_login", "flask_limiter", "flask_migrate", "flask_sqlalchemy", "flask_wtf", "werkzeug"})
PAGES = frozenset({"wtforms", "jinja2", "markupsafe", "click"})
DATABASE = frozenset({"sqlalchemy", "alembic"})
NETWORK = frozenset({"socket", "ssl"})
IMAP = frozenset({"imaplib", "imapclient"})
REQUEST = frozenset(
    f"flask.{name}"
    for name in ("abort", "flash", "g", "make_response", "redirect", "render_template", "request", "session", "url_for")
)


@dataclass(frozen=True)
class Room:
    """One place of the tree: a package or a module with all that is in it, and the libraries it must not import."""

    name: str
    never: frozenset[str] = frozenset()
    apart: bool = False
    """Whether it must not import the rooms of the same kind (`web.pages.*`) that stand above it either."""


_CORE = WEB | PAGES | DATABASE
_SERVICES = REQUEST | IMAP

# From the ground floor up. A room imports only rooms that stand above it in this list.
ROOMS = (
    Room("core.phrases", _CORE | NETWORK | IMAP),
    Room("core.mime", _CORE | NETWORK | IMAP),
    Room("core.diagnosis", _CORE | NETWORK | IMAP),
    Room("core.net", _CORE | IMAP),
    Room("core.imap", _CORE),
    Room("core.oauth", _CORE | IMAP),
    Room("security", WEB | DATABASE | IMAP),
    Room("config", REQUEST | PAGES | IMAP),
    Room("models", REQUEST | PAGES | IMAP),
    Room("migrations", IMAP),
    Room("services.providers", _SERVICES),
    Room("services.accounts", _SERVICES),
    Room("services.connections", _SERVICES),
    Room("services.mail_actions", _SERVICES | WEB | PAGES),
    Room("services.exports", _SERVICES),
    Room("services.handoff", _SERVICES),
    Room("setup", REQUEST | PAGES | IMAP),
    Room("practice", frozenset({"imapclient"})),
    Room("web", IMAP),
    Room("web.api", IMAP),
    Room("web.pages.accounts", IMAP, apart=True),
    Room("web.pages.admin", IMAP, apart=True),
    Room("web.pages.connections", IMAP, apart=True),
    Room("web.pages.oauth", IMAP, apart=True),
    Room("web.pages.mailbox", IMAP, apart=True),
    Room("web.pages.help", IMAP, apart=True),
    Room("web.pages.handoff", IMAP, apart=True),
    Room("web.pages.practice", IMAP, apart=True),
    Room("web.pages", IMAP),
    Room("cli", IMAP | REQUEST),
    Room("gunicorn_conf"),
    Room("__init__"),
)
# A package's own name stands for what its `__init__` offers; these hold no code but a docstring.
_EMPTY_PACKAGES = frozenset({"core", "services"})


@dataclass(frozen=True)
class Tree:
    """The modules of `webapp/` below a root, and what each imports."""

    root: Path

    @cached_property
    def modules(self) -> Mapping[str, ast.Module]:
        """Return the syntax trees by module name, without `webapp.`; a package is named `room.__init__`."""
        found = {}
        for path in sorted((self.root / "webapp").rglob("*.py")):
            name = ".".join(path.relative_to(self.root / "webapp").with_suffix("").parts)
            found[name] = ast.parse(path.read_text(encoding="utf-8"))
        return found

    def imports(self, module: str) -> Iterator[str]:
        """Return what a module imports, wherever in it; `webapp.` is left out of the portal's own names."""
        for node in ast.walk(self.modules[module]):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                here = f"webapp.{module}".split(".")[: -node.level] if node.level else []
                source = ".".join((*here, *filter(None, [node.module])))
                yield from (f"{source}.{alias.name}" for alias in node.names)

    @cached_property
    def without_place(self) -> set[str]:
        """Return the modules that have no place in the list."""
        empty = {f"{name}.__init__" for name in _EMPTY_PACKAGES}
        return {module for module in self.modules if room_of(module) is None and module not in empty}

    @cached_property
    def violations(self) -> set[tuple[str, str]]:
        """Return each import that the list does not allow, as (module, what it imports)."""
        return {
            (module, imported)
            for module in self.modules
            if (room := room_of(module)) is not None
            for imported in self.imports(module)
            if not is_allowed(room, imported)
        }

    @cached_property
    def arrows(self) -> Counter[tuple[str, str]]:
        """Return how many imports lead from one room to another."""
        pairs = (
            (here.name, there.name)
            for module in self.modules
            for imported in self.imports(module)
            if imported.startswith("webapp")
            and (here := room_of(module))
            and (there := room_of(imported.removeprefix("webapp.")))
            and here != there
        )
        return Counter(pairs)


def room_of(name: str) -> Room | None:
    """Return the room of a module, or of a name in it: the longest that fits."""
    fitting = (room for room in ROOMS if name == room.name or name.startswith(f"{room.name}."))
    return max(fitting, key=lambda room: len(room.name), default=None)


def is_allowed(room: Room, imported: str) -> bool:
    """Return whether a room may import a name: a library it is not forbidden, or a room above it in the list."""
    if imported != "webapp" and not imported.startswith("webapp."):
        return not any(imported == name or imported.startswith(f"{name}.") for name in room.never)
    there = room_of(imported.removeprefix("webapp."))
    if there is None or there == room:
        return there == room
    is_neighbour = room.apart and there.apart
    return ROOMS.index(there) < ROOMS.index(room) and not is_neighbour


def print_rooms(tree: Tree) -> None:
    """Print each room with its modules, its lines and the rooms it imports, then the sums."""
    lines: dict[str, list[int]] = {room.name: [] for room in ROOMS}
    for module in tree.modules:
        if (room := room_of(module)) is not None:
            path = tree.root / "webapp" / (module.replace(".", "/") + ".py")
            lines[room.name].append(len(path.read_text(encoding="utf-8").splitlines()))
    for name, sizes in lines.items():
        towards = sorted(there for here, there in tree.arrows if here == name)
        print(f"{name:<24}{len(sizes):>4} modules {sum(sizes):>6} lines  -> {', '.join(towards)}")
    sizes = [size for name, all_sizes in lines.items() if name != "migrations" for size in all_sizes if size > 1]
    functions = [
        (node.end_lineno or 0) - node.lineno + 1
        for module, parsed in tree.modules.items()
        if not module.startswith("migrations")
        for node in ast.walk(parsed)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    print(f"\n{len(lines)} rooms, {len(tree.arrows)} arrows, {len(tree.violations)} against the order")
    for what, all_sizes in (("files", sizes), ("functions", functions)):
        print(f"{what}: median {median(all_sizes):.0f} lines, p90 {quantiles(all_sizes, n=10)[-1]:.0f}")


if __name__ == "__main__":
    print_rooms(Tree(ROOT))
