"""例会、调度会: deals looked at one after another, notes and tasks taken in place, minutes at the end."""
