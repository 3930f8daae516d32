"""What an answer is: the kind that a question wants, and the units of a text that can be one."""
