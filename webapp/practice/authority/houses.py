"""The two providers of practice mode, by their names."""

from collections.abc import Mapping

from webapp.practice.authority.google import GOOGLE
from webapp.practice.authority.house import House
from webapp.practice.authority.microsoft import MICROSOFT

HOUSES: Mapping[str, House] = {house.key: house for house in (GOOGLE, MICROSOFT)}
