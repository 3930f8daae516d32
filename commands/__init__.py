"""The commands of `memctx`: parsing and printing, nothing else."""
