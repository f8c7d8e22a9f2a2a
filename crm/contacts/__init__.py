"""沟通记录: calls, visits, receptions and what comes next; the timeline of everything."""
