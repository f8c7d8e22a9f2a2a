"""跟踪调查: who is to be contacted how often, who wants to come back and who says so, what is missing of whom."""
