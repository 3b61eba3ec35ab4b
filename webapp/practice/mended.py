"""What an administrator can mend in practice mode. What is mended is one set of such keys, in the servers' process."""

from webapp.practice.authority.houses import HOUSES
from webapp.practice.scenarios import SCENARIOS

MENDABLE: frozenset[str] = frozenset(
    [
        *(scenario.key for scenario in SCENARIOS if scenario.mended),
        *(key for house in HOUSES.values() for key in house.mends),
    ]
)
"""The keys of the scenarios that can be mended; each is about one mailbox or one person."""
