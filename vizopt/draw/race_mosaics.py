"""Where a race has its planes, curves, standings and weights, in each shape of a picture."""

from vizopt.draw.mosaic import Mosaic

# Heights of planes and grids in portrait, of more than two runs.
PORTRAIT_PAIRS = (230.0, 116.0, 230.0, 116.0, 36.0, 150.0, 200.0)
# Heights in a square, and of large text, by how many runs there are.
SQUARE = {2: (336.0, 100.0, 110.0), 3: (282.0, 124.0, 132.0)}
TWO_LARGE = (436.0, 128.0)  # of two in a wide one: below their titles rows with room for badges
SQUARE_LARGE = {2: (272.0, 146.0, 128.0), 3: (206.0, 172.0, 160.0), 5: (163.0, 163.0, 163.0, 15.0)}


def with_planes(many: int, large: bool) -> tuple[Mosaic, Mosaic, Mosaic, Mosaic, Mosaic, Mosaic]:
    """The places of planes, curves and standings: wide, standard, square, portrait, small ones."""
    names = [f"run-{number}" for number in range(1, many + 1)]
    wide = {2: _beside_two, 3: _above, 4: _above}.get(many, _beside_six)(names)
    wide = Mosaic(wide.rows, wide.widths, TWO_LARGE) if large and many == 2 else wide
    four, five, six = (
        (_beside_four, _large_five, _low_six) if large else (_low_four, _square_five, _compact_six)
    )
    square = {2: _stacked, 3: _stacked, 4: four, 5: five}.get(many, six)(names)
    portrait = {2: _stacked, 3: _filled, 4: _stacked_four}.get(many, _stacked_six)(names)
    tall = {
        2: (383.0, 150.0, 520.0),
        3: (383.0, 383.0, 330.0),
        4: (306.0, 306.0, 190.0, 270.0),
    }.get(many, (250.0, 250.0, 220.0, 350.0))
    low = (SQUARE_LARGE if large else SQUARE).get(many)
    square = Mosaic(square.rows, square.widths, low) if low else square
    portrait = Mosaic(portrait.rows, portrait.widths, tall)
    standard = {2: _above, 3: _above, 4: _beside_four}.get(many, _beside_six)(names)
    return wide, standard, square, portrait, *_small()


def on_slide(many: int, wide: Mosaic, standard: Mosaic) -> tuple[Mosaic, Mosaic]:
    """Those of a wide and a standard one whose text is large: planes have no more width than they
    can use, and curves the rest, with a height in which they can be read."""
    names = [f"run-{number}" for number in range(1, many + 1)]
    if many == 2:
        rows = _beside_two(names).rows
        wide = Mosaic(rows, widths=(420.0, 420.0, 480.0), heights=TWO_LARGE)
        standard = Mosaic(rows, widths=(330.0, 330.0, 300.0), heights=(430.0, 134.0))
    if many == 3:
        rows = (f"{' '.join(names)} curves", "standings standings standings curves")
        wide = Mosaic(rows, widths=(305.0, 305.0, 305.0, 390.0), heights=(380.0, 184.0))
        standard = Mosaic(standard.rows, heights=(364.0, 200.0))
    if many == 4:
        standard = Mosaic(standard.rows, widths=(260.0, 260.0, 440.0))
    return wide, standard


def with_weights(many: int) -> tuple[Mosaic, Mosaic, Mosaic, Mosaic, Mosaic, Mosaic]:
    """The same with the weights of each run below its plane."""
    planes, grids = (
        [f"{what}-{number}" for number in range(1, many + 1)] for what in ("run", "weights")
    )
    rows = [" ".join(" ".join([name] * 3) for name in each) for each in (planes, grids)]
    ends = ["curves"] * many * 2 + ["standings"] * many
    rows += [" ".join(["key"] * 3 * many), " ".join(ends)]
    wide = Mosaic(tuple(rows), heights=(230.0, 132.0, 36.0, 166.0))
    square = Mosaic(tuple(rows), heights=(200.0, 140.0, 36.0, 180.0))
    pairs = [(each[i : i + 2]) for i in range(0, many, 2) for each in (planes, grids)]
    upright = [" ".join([*pair, "."][:2]) for pair in pairs]
    upright += [" ".join([name] * 2) for name in ("key", "standings", "curves")]
    heights = (300.0, 150.0, 36.0, 150.0, 380.0) if many == 2 else PORTRAIT_PAIRS
    portrait = Mosaic(tuple(upright), heights=heights)
    return wide, wide, square, portrait, *_small()


def _beside_two(names: list[str]) -> Mosaic:
    """Two large planes, the curves to the right, the standings below."""
    first, second = names
    rows = (f"{first} {second} curves", "standings standings curves")
    return Mosaic(rows, widths=(400.0, 400.0, 364.0), heights=(452.0, 112.0))


def _above(names: list[str]) -> Mosaic:
    """Planes in a row, curves and standings below."""
    rows = [" ".join(" ".join([name] * 3) for name in names)]
    left = len(names) * 2
    rows.append(" ".join(["curves"] * left + ["standings"] * (3 * len(names) - left)))
    heights = {2: (430.0, 134.0), 3: (408.0, 156.0)}.get(len(names), (346.0, 218.0))
    return Mosaic(tuple(rows), heights=heights)


def _beside_four(names: list[str]) -> Mosaic:
    """Two by two, curves and standings to the right."""
    a, b, c, d = names
    rows = (f"{a} {b} curves", f"{c} {d} standings")
    return Mosaic(rows, widths=(190.0, 190.0, 224.0))


def _low_four(names: list[str]) -> Mosaic:
    """Two by two, the curves to the right, the standings below."""
    a, b, c, d = names
    rows = (f"{a} {b} curves", f"{c} {d} curves", "standings standings standings")
    return Mosaic(rows, widths=(190.0, 190.0, 224.0), heights=(218.0, 218.0, 128.0))


def _beside_six(names: list[str]) -> Mosaic:
    """Three by two, curves and standings to the right."""
    first, second = names[:3], [*names[3:], *["standings"] * (6 - len(names))]
    rows = (f"{' '.join(first)} curves", f"{' '.join(second)} standings")
    return Mosaic(rows, widths=(240.0, 240.0, 240.0, 418.0))


def _stacked(names: list[str]) -> Mosaic:
    """Planes in a row, below them the standings, below those the curves."""
    many = len(names)
    return Mosaic((" ".join(names), " ".join(["standings"] * many), " ".join(["curves"] * many)))


def _stacked_four(names: list[str]) -> Mosaic:
    a, b, c, d = names
    return Mosaic((f"{a} {b}", f"{c} {d}", "standings standings", "curves curves"))


def _stacked_six(names: list[str]) -> Mosaic:
    first, second = names[:3], [*names[3:], *["."] * (6 - len(names))]
    over = [" ".join([name] * 3) for name in ("standings", "curves")]
    return Mosaic((" ".join(first), " ".join(second), *over))


def _square_five(names: list[str]) -> Mosaic:
    """Two by two and one below; the curves to the right of the four, the standings of the one."""
    a, b, c, d, e = names
    return Mosaic((f"{a} {b} curves", f"{c} {d} curves", f"{e} standings standings"))


def _large_five(names: list[str]) -> Mosaic:
    """The same with more room for the standings than for the plane beside them."""
    return Mosaic((*_square_five(names).rows, ". standings standings"))


def _compact_six(names: list[str]) -> Mosaic:
    """Three by two; the curves and beside them the standings below."""
    rows = [" ".join(f"{name} {name}" for name in row) for row in (names[:3], names[3:])]
    rows.append("curves curves curves standings standings standings")
    return Mosaic(tuple(rows), heights=(185.0, 185.0, 155.0))


def _low_six(names: list[str]) -> Mosaic:
    """Three by two and the standings below; of large text there is no room for curves."""
    rows = (" ".join(names[:3]), " ".join(names[3:]), " ".join(["standings"] * 3))
    return Mosaic(rows, heights=(152.0, 152.0, 230.0))


def _filled(names: list[str]) -> Mosaic:
    """Two by two, of which the standings are one."""
    a, b, c = names
    return Mosaic((f"{a} {b}", f"{c} standings", "curves curves"))


def without_planes() -> tuple[Mosaic, Mosaic, Mosaic, Mosaic, Mosaic, Mosaic]:
    """Curves and standings alone."""
    wide = Mosaic(("curves standings",), widths=(1.5, 1.0))
    high = Mosaic(("standings", "curves"))
    return wide, wide, high, high, *_small()


def _small() -> tuple[Mosaic, Mosaic]:
    return Mosaic(("curves standings",), widths=(2.4, 1.0)), Mosaic(("standings",))
