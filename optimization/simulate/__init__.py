"""Simulate: rules in closed loop in a sandbox world, against no rules; in processes and databases of their own."""

from optimization.simulate.run import SimulationFailed, simulate
from optimization.simulate.spec import Spec, spec_for

__all__ = ["SimulationFailed", "Spec", "simulate", "spec_for"]
