"""The groups of commands. Each parses, makes one library call and prints."""
