"""Reading at Meta and keeping what was read: readings, hours, reach, freshness, the past. Only reads at Meta."""
