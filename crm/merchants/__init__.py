"""浙商资源库: enterprises and people, the positions that join them, and how each can be reached."""
