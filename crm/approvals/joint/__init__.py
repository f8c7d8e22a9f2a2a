"""联席会议: what several authorities settle about items in one sitting."""
