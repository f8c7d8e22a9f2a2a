"""操作记录: what was done, by whom, when, before and after, in the transaction that did it."""
