"""Reports for people: tables, Markdown, HTML."""
