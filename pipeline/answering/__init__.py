"""Answering: which stretch of the window is the answer, and what is to be made of it."""
