"""例会: how the pipeline stands, how it stood on a past day, what has changed, and the meeting that looks at it."""
