"""推进: the board, the gates between stages, and the verbs that move a deal. No table of its own."""
