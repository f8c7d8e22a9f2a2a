"""百日攻坚: a campaign of a hundred days, its four batches, the countdown, the burn-up and the wall."""
