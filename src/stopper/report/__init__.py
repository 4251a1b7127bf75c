"""Effects that show a report: a terminal page, JSON, progress; and the catalogue of explanations they share."""
