"""Rules: what a document may say, how it is compiled and evaluated, why it fired, and how rules change.

Reading order: parts and tree (what a document holds), schema (checks it), compile, evaluate, trace, summary, services.
Owns Rule and RuleVersion rows; proposes nothing by itself: `gather` turns outcomes into drafts.
"""
