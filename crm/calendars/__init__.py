"""日历订阅: a person's own next steps, visits and meetings, for the calendar of a phone or computer."""
