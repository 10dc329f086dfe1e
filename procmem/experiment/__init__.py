"""Experiments: ways of using memory x teams x tasks x seeds, run side by side and compared with intervals."""
