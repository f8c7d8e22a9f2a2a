"""并联审批、代办制: what a project has to have approved, side by side, by whom, how long, and what holds it up."""
