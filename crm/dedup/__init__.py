"""Finding records that speak of the same merchant. Pure Python: no web framework, no database.

Theory of operation
-------------------
A false merge is worse than a miss: a missed pair shows up again next week, a false merge mixes two
merchants' histories and the credit for who reported first. Whatever is unsure is *asked*.

1. Normalise (`normalise`, `places`, `sounds`, `profile`). A name falls apart into place + 字号 + 行业 + legal
   form + branch mark, after NFKC, simplified characters and one kind of bracket. 原… in brackets is a former
   name; a place in brackets is a place. In the name of a chamber or a school the place is the name itself.
   A USCC is checked; its characters 9 to 17 are the older organisation code and identify the entity.
2. Propose (`blocking`, `candidates`). Records share exact keys (code, phone, name, readings, person and city,
   address) and n-grams of the name. The fewer share a key, the more it says; what two records share is added
   up, and each record names the dozen others it shares most with, if that is enough and not far less than it
   shares with the best of them. Every fan-out is bounded, so a phone that 100 000 rows share costs no more than
   one that ten share, and nothing grows faster than the rows. `keys_of` gives the keys for a look-up table.
3. Weigh (`evidence`, `weights.json`, `scoring`). For each field one level holds ("phone:mobile",
   "place:other_city"); each level has one weight in log-odds; the sum is the score. Missing values say
   nothing. What many share (a common 字号, a chamber secretary's phone, a hosted address) says little.
   The same levels are the reasons that people read: no second explanation is made up.
4. Judge. SAME may be merged, ASK is for a person, RELATED is kept apart and linked (branch, group and
   company, namesake elsewhere, sister), DIFFERENT is not offered. Two valid USCCs that differ, or two
   branch marks that differ, are never SAME or ASK whatever the score.
5. Cluster (`clustering`). Likeliest pairs first; two clusters become one only if the mean over the pairs
   between them agrees and no constraint breaks, so chains of likely pairs do not run away.
6. Plan (`merging`). A cluster merges by itself if links that are SAME hold all of it together and no two in it
   are RELATED or DIFFERENT; else it is a question, in which the parts that are sure are named.

A list of any size goes through 1 to 5 in `batch`: portions of rows are taken apart (`portions`) by one process
or several, everything that is compared in bulk is a number in a flat array, records are kept packed and
unpacked when a pair asks. Positions are those of the records sorted by what they say, and ties are broken by
position: so the order of the rows, copies of a row, the number of processes, and whether numpy is there
(`candidates_numpy`) change nothing. `spread` does the same on many machines.

Use: store `keys_of` of each record; while somebody types take the records that share keys with the question
(skip a key that some hundreds share, add up `KEY_STRENGTH` by the letter before the colon, keep the best
sixty) and give them to `find`. `compare` for one pair, `cluster` for a whole list, `python -m crm.dedup` for
files. All of this works on any kind of record that is described as a `Noun` (`nouns`): enterprises, and people
(`people`: `people_keys_of`, `find_people`, `compare_people`). A lead names a company *and* somebody there: `across`
weighs both together.
"""

from crm.dedup.batch import cluster
from crm.dedup.blocking import KEY_STRENGTH, keys_of
from crm.dedup.people import PEOPLE_KEY_STRENGTH, compare_people, find_people, people_keys_of
from crm.dedup.reasons import Reason
from crm.dedup.record import Person, Record
from crm.dedup.rules import rules
from crm.dedup.scoring import Band, Match, Verdict, compare, find

__all__ = [
    "KEY_STRENGTH", "PEOPLE_KEY_STRENGTH", "Band", "Match", "Person", "Reason", "Record", "Verdict", "cluster",
    "compare", "compare_people", "find", "find_people", "keys_of", "people_keys_of", "rules",
]  # fmt: skip
