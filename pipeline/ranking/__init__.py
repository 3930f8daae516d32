"""Ranking: how likely each candidate is to be evidence, alone and beside another.

Most questions of several hops fail not because a passage is not found but because the
second one looks unlike the question. So each candidate is judged twice: by itself
(`own`), and as what a likely first passage leads to (`pairs`). Small boosted trees
(`trees`) turn both into one calibrated probability (`ranker`). Pure functions of arrays
and words; where candidates come from is not known here.
"""
