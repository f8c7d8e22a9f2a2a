"""提醒摘要: what each was reminded of by mail, and how many of each unit by the robot of a group; both off until set up."""
