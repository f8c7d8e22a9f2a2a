"""亩均: the yearly class of existing firms, what is done about the low ones, and the land they give up."""
