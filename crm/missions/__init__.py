"""组团招商、外出招商、来访接待: who went where to see whom, what came of it, and what is still owed."""
