"""决策咨询、准入: whether a project is let in, by what standards, on whose advice; and what became of its promises."""
