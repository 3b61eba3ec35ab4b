"""Mutation: change one place of the code at a time, in a copy, and see whether the tests of its folder notice.

`bin/mutate [PATH]` prints each mutant and the test that kills it; the exit status is 1 where one survives.
"""

import argparse
import ast
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_TIMEOUT = 300


@dataclass(frozen=True)
class Mutant:
    """One change: the file, the line, what it was, and the source with the change."""

    path: Path
    line: int
    what: str
    source: str


def mutants(path: Path, source: str) -> Iterator[Mutant]:
    """Yield a mutant for each comparison, `and`/`or`, `not`, condition and small number of a module."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        before = ast.unparse(node) if isinstance(node, ast.expr) else ""
        restore = _change(node)
        if restore is None:
            continue
        after = ast.unparse(node) if isinstance(node, ast.expr) else ""
        yield Mutant(path, getattr(node, "lineno", 0), f"{before}  ->  {after}", ast.unparse(tree))
        for name, value in restore.items():
            setattr(node, name, value)


def _change(node: ast.AST) -> dict[str, object] | None:
    """Change a node; return the fields to restore, or None where it is no place for a mutant."""
    match node:
        case ast.Compare(ops=[operator]) if type(operator) in _OPPOSITE:
            node.ops = [_OPPOSITE[type(operator)]()]
            return {"ops": [operator]}
        case ast.BoolOp(op=operator):
            node.op = ast.Or() if isinstance(operator, ast.And) else ast.And()
            return {"op": operator}
        case ast.IfExp(test=test):
            node.test = ast.UnaryOp(op=ast.Not(), operand=test)
            return {"test": test}
        case ast.Constant(value=value) if type(value) is int and 0 <= value < 100:
            node.value = value + 1
            return {"value": value}
        case ast.Constant(value=bool() as value):
            node.value = not value
            return {"value": value}
    return None


def tests_of(path: Path, root: Path) -> Path:
    """Return the nearest folder of tests that mirrors the folder of a module."""
    folder = root / "tests" / path.relative_to(root / "webapp").parent
    while not any(folder.glob("**/test_*.py")):
        folder = folder.parent
    return folder


def killer(mutant: Mutant, copy: Path, root: Path) -> str:
    """Return the test that fails with a mutant, or an empty text where all pass."""
    place = copy / mutant.path.relative_to(root)
    original = place.read_text(encoding="utf-8")
    place.write_text(mutant.source, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", str(tests_of(place, copy))]
    try:
        ran = subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=_TIMEOUT, check=False)
    except subprocess.TimeoutExpired:
        return "out of time"
    finally:
        place.write_text(original, encoding="utf-8")
    failed = [line for line in ran.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return (failed or ["the tests could not be run"])[0] if ran.returncode else ""


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Try mutants of a path and print what became of each; return 1 where one survived."""
    parser = argparse.ArgumentParser(prog="bin/mutate", description=__doc__)
    parser.add_argument("path", nargs="?", default="webapp", help="a file or folder in webapp/")
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    start = (root / given.path).resolve()
    files = (
        [start] if start.is_file() else sorted(each for each in start.rglob("*.py") if "migrations" not in each.parts)
    )
    every = [mutant for path in files for mutant in mutants(path, path.read_text(encoding="utf-8"))]
    chosen = random.Random(given.seed).sample(every, min(given.count, len(every)))
    survived = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(root, copy, ignore=shutil.ignore_patterns(".git", ".venv", "node_modules", "*data", ".*cache"))
        for mutant in chosen:
            test = killer(mutant, copy, root)
            survived += not test
            place = f"{mutant.path.relative_to(root)}:{mutant.line}"
            print(f"{'killed  ' if test else 'SURVIVED'} {place}  {mutant.what}  {test}", flush=True)
    print(f"{len(chosen) - survived} killed, {survived} survived")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
