"""The batch beyond one machine: the same clusters as `crm.dedup.batch`, made by many workers.

Theory of operation
-------------------
Everything that the outcome depends on is either of one record, of two, or a count. So the rows are divided by name
into *ranges* that workers take one by one, and what goes between ranges goes by key: who shares a phone, how many
have an n-gram, whose profile a pair needs (`steps`). Each such step is a list of tasks that read the files of the
step before and write files for the next (`exchange`), in a folder that all workers reach. The engine, Dask, sends
tasks to workers, again if a worker dies, and carries nothing but their numbers.

The clusters are the very same because a record has the same position as in the embedded run (ranges are neighbours
in the order of all names), every tie is broken by position, pairs are weighed by the same functions with the same
counts around them, and clusters are made by the same function for whole components at a time. However many
workers, ranges and buckets there are, the outcome is one.

Needs requirements-batch.txt here and this very code on every worker: a task refuses to run beside other code.
docs/dedup-at-scale.md has the choice of the engine, the figures and what fifty million rows would cost.
"""

from crm.dedup.spread.run import Figures, cluster_spread

__all__ = ["Figures", "cluster_spread"]
