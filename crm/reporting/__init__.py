"""报信息: news told from a phone in half a minute, and what became of it, for whoever told it, for ever."""
