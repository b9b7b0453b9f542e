"""Pages: doors that call services and selectors."""
