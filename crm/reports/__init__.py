"""月通报、季公示、快报: told from records, checked by a second person, frozen when published, corrected only by a new version.

「完善“大督查”机制，全面实行“月通报、季公示、年考核”制度」
"""
