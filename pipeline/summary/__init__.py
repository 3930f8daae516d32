"""Summaries made of a text's own sentences: what is central, relevant, and not yet said."""
