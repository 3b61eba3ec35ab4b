"""Measure: `bin/bench [--json] [NAME ...]`; without names everything. Exit status 1 when a target is missed."""

import argparse
import sys
from types import ModuleType

from bench import access_token, download, explain, first_page, hundred, list_page, memory, test_request, token_rate
from bench.measuring import as_json, as_table

_ALL: dict[str, ModuleType] = {
    "test_request": test_request,
    "list_page": list_page,
    "memory": memory,
    "hundred": hundred,
    "access_token": access_token,
    "explain": explain,
    "first_page": first_page,
    "download": download,
    "token_rate": token_rate,
}


def main() -> int:
    """Measure what was asked for and show each result as soon as it is there."""
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(_ALL))
    parser.add_argument("--json", action="store_true", help="one line of JSON for each")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(_ALL):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(_ALL)}")
    missed = False
    for name in arguments.names or _ALL:
        results = _ALL[name].measure()
        print(as_json(name, results) if arguments.json else as_table(_ALL[name].TITLE, results), flush=True)
        missed = missed or any(line.verdict == "missed" for line in results)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
