"""The metrics table: windows, the catalog of fields, frames built from readings as they were known. No calls."""
