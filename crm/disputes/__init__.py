"""首报争议: a unit that disagrees about who was first says so; it is decided with both logs side by side."""
