"""三个一批: whom to win, sorted into three batches, each with an owner, a plan and a day to have met them by."""
