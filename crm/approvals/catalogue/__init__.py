"""审批事项目录: which items a kind of project needs, kept by administrators."""
