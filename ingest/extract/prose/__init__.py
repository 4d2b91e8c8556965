"""What words alone show, whatever the format: boilerplate, bylines, dates."""
