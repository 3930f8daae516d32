"""memctx: an external memory for language models.

    from memctx import Memory

    with Memory(".memctx") as memory:
        memory.ingest("./corpus")
        print(memory.ask("Who founded the observatory?").text)
"""

__version__ = "0.1.0"
