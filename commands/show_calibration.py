"""How a calibration looks to a person: a table, and a diagram where one is asked for."""

from __future__ import annotations

from pathlib import Path

from ..errors import MissingDependency
from ..records import CalibrationReport
from .show import say, table


def calibration(report: CalibrationReport) -> None:
    """What confidence is worth."""
    rows = {
        "calibration": report.file,
        "answers": f"{report.answers}, of which {report.right} right",
        "AUROC": f"{report.auroc:.3f}: a right answer is surer than a wrong one so often",
        "error": f"{report.error:.3f} between confidence and the share that is right",
        "declined": (
            f"below {report.threshold:.2f}: {100 * report.right_declined:.0f}% of the right and "
            f"{100 * report.wrong_declined:.0f}% of the wrong answers"
        ),
    }
    table(rows.items())
    say("\nconfidence  right  answers")
    for one in report.bins:
        say(f"{one.confidence:10.2f}  {one.right:5.2f}  {one.count:7d}")


def reliability_diagram(report: CalibrationReport, file: Path) -> None:
    """Draws confidence against the share that was right, into a PNG or SVG file.

    Raises:
        MissingDependency: matplotlib is not installed.
    """
    try:
        import matplotlib as mpl
    except ImportError as error:
        raise MissingDependency(
            "--plot draws with matplotlib, which is not installed; run `pip install matplotlib`"
        ) from error
    mpl.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(4.5, 4.5), layout="constrained")
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    xs, ys = ([getattr(one, name) for one in report.bins] for name in ("confidence", "right"))
    axes.plot(xs, ys, marker="o", color="#0b6e4f")
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="confidence", ylabel="share that is right")
    axes.set_title(f"{report.answers} answers, AUROC {report.auroc:.2f}", fontsize=10)
    figure.savefig(file, dpi=150)
    pyplot.close(figure)
