"""Reading Meta: structure, insights, one object. Raw pages or frozen rows out, nothing stored, nothing decided."""
