"""ProcMem: a workbench for the procedural memory of multi-agent LLM teams.

Importing this package reads no file, no network and no environment.
"""
