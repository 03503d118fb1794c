"""Short real runs that many tests look at, and the command line in this process."""

import gc
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

os.environ |= {  # each worker has its core; what is trained a few steps is compiled sooner
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "JAX_DISABLE_MOST_OPTIMIZATIONS": "1",
}

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from pages import GUARD, settle

import vizopt
from vizopt.__main__ import main
from vizopt.core.own import OWN, REGISTERED
from vizopt.draw.glyphs import Glyphs
from vizopt.recording.store import Recording

settings.register_profile(  # a busy machine is no mistake
    "vizopt", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("vizopt")

gc.disable()  # while thousands of tests are collected, all of which stay: half of that time

SHORT = {"epochs": 301, "keep.grid": 40, "timeline.seconds": 2.0}
FEW = {"epochs": 41, "keep.grid": 25, "timeline.seconds": 2.0}


def pytest_collection_finish():
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)  # a look for cycles takes 0.1 s, and finds figures only
    gc.enable()


class Ran(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def own_kinds():
    """What a test registers is gone after it."""
    yield
    if OWN:
        from vizopt.scene.register import TABLES

        for table in TABLES.values():
            for name in OWN.get(table.listed, ()):
                table.kinds.pop(name, None)
        OWN.clear()
        REGISTERED.clear()
        sys.modules.pop("mine", None)


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """301 epochs of the scene `sgd`, recorded for real."""
    scene = vizopt.load_scene("sgd", SHORT)
    return vizopt.record(scene, tmp_path_factory.mktemp("run") / "sgd.zarr")


@pytest.fixture(scope="session")
def line(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """61 epochs on a table of one feature, three classes and 60 samples, 15 of them held out."""
    folder, random = tmp_path_factory.mktemp("line"), np.random.RandomState(4)
    rows = [f"{50 + 8 * (k % 3) + 3 * random.randn():.3f},{'uvw'[k % 3]}" for k in range(60)]
    (folder / "one.csv").write_text("\n".join(["dose,kind", *rows]))
    problem = {"kind": "network", "sizes": [1, 16, 3], "init": "he", "validation": 0.25}
    keys = {f"problem.{key}": value for key, value in problem.items()}
    keys |= {"problem.data": {"kind": "csv", "path": str(folder / "one.csv")}}
    keys |= {"optimizer": {"kind": "adam", "lr": 0.05}, "epochs": 61}
    scene = vizopt.load_scene("sgd", keys | {"keep.grid": 50, "timeline.seconds": 2.0})
    return vizopt.record(scene, folder / "one.zarr")


@pytest.fixture(scope="session")
def descent(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """The scene `momentum-fast`, whole."""
    scene = vizopt.load_scene("momentum-fast")
    return vizopt.record(scene, tmp_path_factory.mktemp("descent") / "run.zarr")


@pytest.fixture(scope="session")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """21 steps on the function of the scene `landscape`, which is drawn in the shortest time."""
    scene = vizopt.load_scene("landscape", {"epochs": 21})
    return vizopt.record(scene, tmp_path_factory.mktemp("walk") / "run.zarr")


@pytest.fixture(scope="session")
def sine(tmp_path_factory):
    """41 epochs of the scene `sine`."""
    scene = vizopt.load_scene("sine", FEW)
    return vizopt.record(scene, tmp_path_factory.mktemp("sine") / "sine.zarr")


@pytest.fixture(scope="session")
def houses(tmp_path_factory):
    """40 samples of two features and a price, 10 of them held out."""
    folder, random = tmp_path_factory.mktemp("houses"), np.random.RandomState(0)
    x = random.randn(40, 2)
    rows = [f"{a:.3f},{b:.3f},{300 + 50 * a - 20 * b:.2f}" for a, b in x]
    (folder / "houses.csv").write_text("\n".join(["area,age,price", *rows]))
    return folder / "houses.csv"


@pytest.fixture(scope="session")
def priced(houses):
    """41 epochs of a regression on it."""
    keys = FEW | {"problem.kind": "regression", "problem.validation": 0.25}
    return vizopt.record(vizopt.load_scene(houses, keys), houses.parent / "houses.zarr")


class Texts:
    """Every text of a frame with its box in pixels from the top left: x0, y0, x1, y1."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def __call__(self, picture, k):
        return [*self.still(picture), *self.moving(picture, k)]

    def still(self, picture):
        """What matplotlib wrote."""
        renderer = picture.figure.canvas.get_renderer()
        height = picture.size[1]
        for axes in picture.figure.axes:
            for text in axes.texts:
                box = text.get_window_extent(renderer)
                yield text.get_text(), (box.x0, height - box.y1, box.x1, height - box.y0)

    def moving(self, picture, k):
        """What glyphs wrote into frame k, and that none of it was cut."""
        written = []
        original = Glyphs.write

        def noted(self, pixels, text, x, y, align=0.0):
            original(self, pixels, text, x, y, align)
            frame = pixels.base
            offset = pixels.__array_interface__["data"][0] - frame.__array_interface__["data"][0]
            top, left = divmod(offset // 4, frame.shape[1])
            x0 = x - round(align * self.width(text))
            box = (
                x0,
                y - self.ascent(text),
                x0 + self.width(text),
                y + self.height - self.baseline,
            )
            inside = box[0] >= 0 and box[1] >= 0 and box[2] <= pixels.shape[1] + 1
            assert inside, f"{text!r} is cut: {box} in {pixels.shape}"
            assert y <= pixels.shape[0], f"{text!r} is cut below"
            written.append((text, (left + box[0], top + box[1], left + box[2], top + box[3])))

        self._monkeypatch.setattr(Glyphs, "write", noted)
        try:
            picture[k]
        finally:
            self._monkeypatch.setattr(Glyphs, "write", original)
        return written


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch) -> Texts:
    return Texts(monkeypatch)


@pytest.fixture
def command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., Ran]:
    """The vizopt command, run in an empty folder: its exit code and what it printed."""
    monkeypatch.chdir(tmp_path)

    def vizopt_(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["vizopt", *map(str, arguments)])
        monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)  # both are put back
        names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
        numbers = [getattr(signal, name) for name in names]
        handlers = {number: signal.getsignal(number) for number in numbers}
        try:
            with pytest.raises(SystemExit) as ended:
                main()
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
        out, err = capsys.readouterr()
        return Ran(ended.value.code or 0, out, err)

    return vizopt_


@pytest.fixture(scope="module")
def browser():
    api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    found = [shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")]
    program = next(filter(None, found), None)
    if program is None:
        pytest.skip("no Chromium on this machine")
    with api.sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def tab(browser):
    """One for all pages that ask for nothing special: one for each costs four times as much."""
    return browser.new_page()


@pytest.fixture
def visit(browser, tab):
    """Opens a page from disk; fails afterwards where it complained or asked for anything."""
    opened, wrong = [], []
    heard = {
        "console": lambda message: wrong.append(message.text),
        "pageerror": lambda error: wrong.append(str(error)),
        "dialog": lambda dialog: wrong.append(dialog.message),
        "request": lambda request: asked(request.url),
    }

    def new(width, height, media, options):
        """The tab, once a test; one of its own for what cannot be changed of a tab."""
        view = {"width": width, "height": height}
        if opened or options:
            page = browser.new_context(viewport=view, **media, **options).new_page()
        else:
            page = tab
            page.set_viewport_size(view)
            page.emulate_media(media="null", **media)
        page.set_default_timeout(GUARD)
        for event, hear in heard.items():
            page.on(event, hear)
        opened.append(page)
        return page

    def open_(path, motion="reduce", width=800, height=700, ready=True, at="", **options):
        media = {"reduced_motion": motion, "color_scheme": "light", "forced_colors": "none"}
        media |= {key: options.pop(key) for key in media.keys() & options}
        page = new(width, height, media, options)
        page.goto(path.as_uri() + at)
        if ready:
            page.wait_for_selector(".ready")
            settle(page)
        return page

    def asked(url):
        if not url.startswith(("file:", "data:", "blob:")):
            wrong.append(url)

    yield open_
    for page in opened:
        if page is not tab:
            page.context.close()
            continue
        for event, hear in heard.items():
            page.remove_listener(event, hear)
        page.mouse.move(-1, -1)
        page.goto("about:blank")  # as a new one, also where only the part after # would change
    assert wrong == []
