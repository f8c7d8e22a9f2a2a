"""准入标准: what the district asks of a project, by industry, place and year."""
