"""征迁: households and land of one project's site, from survey to handing over."""
