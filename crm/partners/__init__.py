"""协作合作: regions, governments, chambers and firms one works with; agreements, visits, and what came of it."""
