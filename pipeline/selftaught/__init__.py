"""Questions made from a memory's own passages, to teach its reader without a file of questions."""
