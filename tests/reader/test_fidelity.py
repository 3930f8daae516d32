from memctx.reader.fidelity import is_plain


def test_a_few_probes_settle_what_lies_far_from_the_limit() -> None:
    faithful, useless = [0.01, 0.0, 0.02, 0.0, 0.01, 0.05], [3.0, 2.5, 4.0, 3.5, 2.0, 3.0]
    assert is_plain(faithful, 0.35)
    assert is_plain(useless, 0.35)
    assert not is_plain(faithful[:5], 0.35)  # too few to know how they scatter


def test_more_probes_are_read_near_the_limit() -> None:
    assert not is_plain([0.3, 0.1, 0.6, 0.2, 0.5, 0.4], 0.35)
    assert not is_plain([0.0, 0.0, 0.0, 0.0, 0.0, 1.2], 0.35)  # one of many went far astray
