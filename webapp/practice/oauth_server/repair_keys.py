"""What an administrator can fix in practice mode. What is fixed is one set of such keys, in the servers' process."""

from webapp.practice.imap_server.scenarios import SCENARIOS
from webapp.practice.oauth_server.profiles import PROFILES

REPAIRABLE: frozenset[str] = frozenset(
    [
        *(scenario.key for scenario in SCENARIOS if scenario.repaired_as),
        *(key for house in PROFILES.values() for key in house.repairs),
    ]
)
"""The keys of the scenarios that can be mended; each is about one mailbox or one person."""
