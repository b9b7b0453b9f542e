"""Total exposure: net raises of an account's day are at most 20 % of what it spent yesterday."""

from optimization.guards.base import BUDGETS, BY_MACHINES, Facts, Guard, Verdict


class Exposure(Guard):
    """Net: cuts that were executed today, and those of the same plan, make room. A raise is trimmed to the room."""

    key = "exposure"
    label = "Total exposure"
    binds = BY_MACHINES
    spares_loss_prevention = True

    def check(self, facts: Facts) -> Verdict:
        if not facts.raises:
            return self.not_concerned()
        percent = facts.limits.max_exposure_percent
        setting = f"net raises of a day at most {percent:g} % of yesterday's spend"
        adds, beside = facts.adds, facts.plan_adds
        if adds is None or beside is None:
            return self.blocks("How much more may be spent a day with it is unknown.", setting, passing=True)
        if adds + beside <= 0:
            return self.passes("Nothing more may be spent a day in all.", setting)
        if facts.spent_yesterday is None:
            return self.blocks("What the account spent yesterday is unknown.", setting, passing=True)
        most = int(facts.spent_yesterday * percent / 100)
        room = most - facts.raised_in_account - beside
        if adds <= room:
            left = (room - adds) / most if most else 0.0
            return self.passes(f"{facts.money(room - adds)} of the day's {facts.money(most)} are left.", setting, left)
        whole_days = facts.field == "daily_budget"
        if room > 0 and whole_days and facts.field in BUDGETS:
            return self.trims(facts.before + room, f"Trimmed to the {facts.money(room)} that are left today.", setting)
        used = facts.raised_in_account + beside
        return self.blocks(f"{facts.money(used)} of {facts.money(most)} for today are used.", setting, passing=True)


EXPOSURE = Exposure()
