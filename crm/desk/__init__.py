"""工作台: what is due for me, five figures, and the one search box. No table of its own."""
