"""逐级提醒: who is told of what is overdue: first its owner, then the head of the unit, then the leader who sponsors it."""
