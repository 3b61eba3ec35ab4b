"""The two providers of practice mode, by their names."""

from collections.abc import Mapping

from webapp.practice.oauth_server.google import GOOGLE
from webapp.practice.oauth_server.microsoft import MICROSOFT
from webapp.practice.oauth_server.provider_profile import ProviderProfile

PROFILES: Mapping[str, ProviderProfile] = {house.key: house for house in (GOOGLE, MICROSOFT)}
