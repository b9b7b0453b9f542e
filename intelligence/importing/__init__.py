"""Reading a person's own Ads Manager export: nothing is stored before it was shown, and nothing that can't be right.

`plan.make_plan` turns a file into a plan (columns, rows accepted, rows refused with reasons, totals), `store.keep_plan`
keeps it.
"""
