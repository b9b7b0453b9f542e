"""The optimiser: what each ad set returns, how sure that is, and what follows from it for budgets and states."""
