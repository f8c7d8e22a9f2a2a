"""项目名单: the lists of key projects a level of government issues for a year, frozen and then amended by number."""
