"""Finding records that speak of the same person: the same frame as for enterprises (see `crm.dedup`).

Namesakes are common in China, so a name alone is never enough and a common one (张伟) says little; a phone
that stands beside several names is a secretary's. Relatives in one firm share the surname, often the
generation's character, the firm and the phone: two whole names that differ are never one person.
"""

from crm.dedup.people.blocking import PEOPLE_KEY_STRENGTH, people_keys_of
from crm.dedup.people.scoring import compare_people, find_people

__all__ = ["PEOPLE_KEY_STRENGTH", "compare_people", "find_people", "people_keys_of"]
