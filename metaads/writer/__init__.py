"""Changing Meta. Imported by `metaads.executor` alone: a contract and the executor's journal stand in front of it."""
