"""工作日历: public holidays and the weekends that are worked instead (调休); what is due is counted in working days."""
