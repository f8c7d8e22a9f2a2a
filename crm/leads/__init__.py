"""招商信息: from a piece of news to a deal, in its simple form (report, judge, convert)."""
