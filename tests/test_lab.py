"""A notebook in real JupyterLab: its cells show bars, clips and players, which play."""

import os
import shutil
import socket
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

for needed in ("jupyterlab", "ipywidgets"):  # which another process imports
    if find_spec(needed) is None:
        pytest.skip(f"{needed} is not installed", allow_module_level=True)
nbformat = pytest.importorskip("nbformat")

GUARD = 60_000  # milliseconds
TOKEN = "test"
CELLS = (
    """import vizopt
keys = {"epochs": 41, "keep.grid": 20, "timeline.seconds": 1.0}
scene = vizopt.load_scene("sgd", keys)
run = vizopt.record(scene, "run.zarr")
clip = vizopt.render(run, "run.mp4", size=(480, 270), fps=10)
scene""",
    "run",
    "clip",
    "clip.player()",
    "!vizopt make landscape -o still.png --size 480x270",
)


@pytest.fixture
def lab(tmp_path, tmp_path_factory):
    """The address of a running JupyterLab, in whose folder is a notebook of the cells."""
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
    nbformat.write(notebook, tmp_path / "lesson.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    flags = ["--no-browser", "--allow-root", f"--port={port}", "--ip=127.0.0.1"]
    flags += [f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={tmp_path}"]
    flags += [
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    own = tmp_path_factory.mktemp("jupyter")  # nobody's settings, and nothing left in them
    programs = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    env = os.environ | {"JUPYTER_CONFIG_DIR": str(own), "JUPYTER_DATA_DIR": str(own / "data")}
    env["PATH"] = programs  # a cell finds vizopt where no environment is activated, too
    with (own / "log").open("w") as log:
        command = [sys.executable, "-m", "jupyterlab", *flags]
        server = subprocess.Popen(command, cwd=tmp_path, env=env, stdout=log, stderr=log)
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if not probe.connect_ex(("127.0.0.1", port)):
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/lab/tree/lesson.ipynb?token={TOKEN}"
    finally:
        server.terminate()
        server.wait()


@pytest.fixture
def page():
    api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    found = [shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")]
    program = next(filter(None, found), None)
    if program is None:
        pytest.skip("no Chromium on this machine")
    with api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1300, "height": 2600})
        page.set_default_timeout(GUARD)
        yield page
        browser.close()


def saves_it(answer):
    return answer.request.method == "PUT" and "contents/lesson.ipynb" in answer.url


@pytest.fixture
def done(lab, page, tmp_path):
    """The page when all cells have run, and the notebook as it was saved."""
    page.goto(lab)
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    for menu, item in (("MenuBar", "Run"), ("Menu", "Run All Cells")):
        page.locator(f".lm-{menu}-itemLabel", has_text=item).first.click()
    page.locator(".jp-InputPrompt", has_text=f"[{len(CELLS)}]:").wait_for()
    with page.expect_response(saves_it):  # the server answers when the file is whole
        page.keyboard.press("Control+s")
    page.locator(".jp-DirListing-item", has_text="still.png").wait_for()
    return page, nbformat.read(tmp_path / "lesson.ipynb", as_version=4)


def test_cells_show_what_they_hold(done):
    page, saved = done
    outputs = [cell.outputs for cell in saved.cells]
    shown = page.locator(".jp-CodeCell .jp-OutputArea")
    assert shown.nth(0).locator("summary").inner_text().startswith("<Scene sgd: ")
    assert shown.nth(1).locator("caption").inner_text().startswith("run.zarr: ")
    film = shown.nth(2).locator("video")
    page.wait_for_function("film => film.currentTime > 0", arg=film.element_handle())
    inside = page.frame_locator("iframe")
    inside.locator("#play").wait_for()
    assert inside.locator("#numbers dt").all_inner_texts()[:2] == ["epoch", "loss"]
    numbers, frame = (
        inside.locator("#numbers").bounding_box(),
        page.locator("iframe").bounding_box(),
    )
    assert numbers["y"] + numbers["height"] <= frame["y"] + frame["height"]  # without scrolling
    assert page.get_by_text("Error displaying widget").count() == 0
    kinds = [kind for output in outputs[0] for kind in output.get("data", {})]
    bars = kinds.count("application/vnd.jupyter.widget-view+json")
    assert bars == 2  # training and drawing
    assert shown.nth(0).locator(".widget-html:visible").count() == 0  # gone when they ended
    told = "".join(output.get("text", "") for output in outputs[4]).replace("\r\n", "\n")
    assert "landscape" in told
    assert "\r" not in told
