"""要素需求: what a deal, a key project or a firm lacks (land, money, people, know-how), and who was asked for it."""
