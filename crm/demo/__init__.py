"""The demo district: 60 merchants, 63 deals, 30 leads and 80 contacts around the half year of 2013."""
