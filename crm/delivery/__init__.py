"""重点建设项目: what is being built, who drives it, by which timetable, and how far it is."""
