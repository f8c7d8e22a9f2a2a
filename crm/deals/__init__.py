"""招商项目: the deal itself, its parties, its stage and every move it made."""
