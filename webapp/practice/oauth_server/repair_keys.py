"""What an administrator can mend in practice mode. What is mended is one set of such keys, in the servers' process."""

from webapp.practice.imap_server.scenarios import SCENARIOS
from webapp.practice.oauth_server.profiles import HOUSES

MENDABLE: frozenset[str] = frozenset(
    [
        *(scenario.key for scenario in SCENARIOS if scenario.mended),
        *(key for house in HOUSES.values() for key in house.mends),
    ]
)
"""The keys of the scenarios that can be mended; each is about one mailbox or one person."""
