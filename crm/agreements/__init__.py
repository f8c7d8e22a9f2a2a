"""协议: what was signed about a deal, with its files, who read them, and when it runs out. None of them is a stage."""
