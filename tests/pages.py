"""Pages of a clip that counts, and what a browser shows of them."""

import base64
import json
import re
from html import unescape
from types import SimpleNamespace

import numpy as np

from vizopt.core.numbers import count, number
from vizopt.formats import ClipMetadata, Mark, StreamSpec, format_of

FRAMES, FPS, BITS, SIDE = 150, 30.0, 8, 40
SIZE = (BITS * SIDE, 180)
GUARD = 300_000  # ms, after which a test that waits in vain ends; nothing is measured by it


def frames(held=1):
    """Frame k shows k in black and white blocks, one for each binary digit.

    Several in a row are the same where they are held.
    """
    for k in np.arange(FRAMES) // held * held:
        frame = np.full((SIZE[1], SIZE[0], 4), 255, np.uint8)
        for bit in range(BITS):
            if k >> bit & 1:
                frame[:, bit * SIDE : (bit + 1) * SIDE, :3] = 0
        yield frame


EPOCHS = np.arange(FRAMES) * 10
LOSS = np.exp(-np.arange(FRAMES) / 9)
LABEL = ClipMetadata(
    title="Blocks",
    alt="A clip that counts",
    paragraphs=("It counts.", "Then it ends."),
    recipe='title = "Blocks"\n',
    numbers={"epoch": EPOCHS, "lr": np.full(FRAMES, 0.1), "loss": LOSS},
    marks=(Mark(30, "300", "accuracy reaches 50 %"), Mark(90, "900", "the loss jumps to 2.000")),
)


def checked(passed=True, flashes=0.0):
    """A flash check that finds what we want."""
    found = SimpleNamespace(flashes=flashes)
    return lambda clip, file: SimpleNamespace(passed=passed, general=found, red=found)


def write(path, label=LABEL, check_flashes=checked(), held=1, **film):  # noqa: B008
    film = StreamSpec(SIZE, FPS, list, label, check_flashes, **film)
    with format_of(path).open(path, film) as put:
        for frame in frames(held):
            put(frame)
    return path


def data_of(text):
    """What the script of a page knows."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)
    return json.loads(found[1])


def clip_of(text, name="clip"):
    """A clip that a page holds."""
    found = re.search(rf'id="{name}"[^>]* src="data:video/mp4;base64,([^"]*)"', text)
    return base64.b64decode(found[1])


def recipe_of(text):
    return unescape(re.search(r"<pre [^>]*>(.*?)</pre>", text, re.S)[1])


def until(page, true):
    """Wait for a JavaScript expression; Playwright's own way needs eval, which the page forbids."""
    page.evaluate(f"""async () => {{
      for (const begun = performance.now(); !({true});) {{
        if (performance.now() - begun > {GUARD}) throw new Error("it never happened");
        await new Promise((done) => setTimeout(done, 5));
      }}
    }}""")


def settle(page):
    """Wait until the video stands at the frame that the player wants."""
    until(page, "!picture.busy() && video.readyState >= 2")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def go(page, path, at=""):
    """Another page, or another address, in a tab that is open."""
    page.goto("about:blank")  # where only the part after # differs, it would not be opened anew
    page.goto(path.as_uri() + at)
    page.wait_for_selector(".ready")
    settle(page)
    return page


READ = f"""() => {{
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [{SIZE[0]}, {SIZE[1]}];
  const context = canvas.getContext("2d", {{ willReadFrequently: true }});
  context.drawImage(video, 0, 0);
  let k = 0;
  for (let bit = 0; bit < {BITS}; bit++) {{
    const value = context.getImageData((bit + 0.5) * {SIDE}, 90, 1, 1).data[0];
    if (value < 128) k += 1 << bit;
  }}
  return k;
}}"""


NAMED = f"""() => {{
  const numbers = [...document.querySelectorAll("#numbers dd")].map((dd) => dd.innerText);
  return [({READ})(), frame, slider.value, slider.getAttribute("aria-valuetext"), numbers];
}}"""


SEEKS = f"""async (frames) => {{
  const told = [];
  for (const k of frames) {{
    slider.value = k;
    slider.dispatchEvent(new Event("input"));
    while (picture.busy() || video.readyState < 2) await new Promise((done) => setTimeout(done, 2));
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    told.push(({NAMED})());
  }}
  return told;
}}"""


def shown(page):
    """The frame that the pixels show, after a look at everything that names it."""
    settle(page)
    return agreed(page.evaluate(NAMED))


def sought(page, frames):
    """The frames that the pixels show after the slider was moved to each of these."""
    return list(map(agreed, page.evaluate(SEEKS, frames)))


def agreed(named):
    """The frame that all that names one agrees on."""
    k, frame, at, spoken, numbers = named
    assert frame == k
    assert at == str(k)
    assert numbers == [count(int(EPOCHS[k])), number(LOSS[k]), number(0.1)]
    assert spoken == f"epoch {count(int(EPOCHS[k]))} of {count(int(EPOCHS[-1]))}"
    return k


def paused(page):
    return page.evaluate("video.paused")
