import os
import sys
from pathlib import Path

import pytest

from memctx.models.child import run_child


def test_a_child_is_run_to_its_end_with_a_heartbeat_meanwhile() -> None:
    beats: list[int] = []
    code = "import os, time; time.sleep(0.3); print('done', os.environ['NOTE'])"
    outcome = run_child(
        [sys.executable, "-c", code],
        environment={"NOTE": "here"},
        heartbeat=lambda: beats.append(1),
        seconds=0.02,
    )
    assert (outcome.status, outcome.output.strip()) == (0, "done here")
    assert len(beats) > 1


def test_a_failing_child_hands_back_what_it_wrote_on_either_stream() -> None:
    code = "import sys; print('out', flush=True); sys.exit('why')"
    outcome = run_child([sys.executable, "-c", code], environment={}, heartbeat=lambda: None)
    assert outcome.status == 1
    assert outcome.output.split() == ["out", "why"]


def test_an_interrupted_parent_takes_the_child_with_it(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    code = (
        "import os, pathlib, sys, time; "
        f"beside = pathlib.Path({str(note)!r} + '.new'); "
        f"beside.write_text(str(os.getpid())); beside.rename({str(note)!r}); time.sleep(60)"
    )

    def interrupt() -> None:
        if note.exists():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_child([sys.executable, "-c", code], environment={}, heartbeat=interrupt, seconds=0.02)
    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text()), 0)
