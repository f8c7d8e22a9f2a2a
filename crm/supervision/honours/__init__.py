"""表彰: 「招商能手、项目功臣、攻坚干将」, each with its reason and the figure that stands for it."""
