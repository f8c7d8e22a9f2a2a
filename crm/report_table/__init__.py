"""报告对照: the figures of the 2013 report beside what this house counts out of the demo district's records.

No table of its own. It is there only while the demo district is.
"""
