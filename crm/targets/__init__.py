"""目标任务: a task, its indicators, the parts of units and persons; where each stands against the time."""
