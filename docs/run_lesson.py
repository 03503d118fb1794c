"""Run `docs/lesson.ipynb` and store in it what its cells show: `python docs/run_lesson.py`.

Where notebooks are read without being run, as on GitHub, there are pictures then. Videos and
players are left out, for such places do; so is the progress, which is another one every time.
"""

import asyncio
import io
import tempfile
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from PIL import Image

LESSON = Path(__file__).parent / "lesson.ipynb"
LARGEST = 1_500_000  # bytes of the notebook
PICTURES = {"image/png", "image/gif"}  # where there is one, no HTML is kept


def executed(path: Path = LESSON) -> Any:
    """The notebook with all that its cells show, run in a folder of its own."""
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        place = {"metadata": {"path": folder}}
        client = NotebookClient(notebook, timeout=600, resources=place)
        asyncio.run(client.async_execute())
    return notebook


def stored(notebook: Any) -> Any:
    """The notebook as it lies in docs/, with pictures and words alone."""
    for cell in notebook.cells:
        cell.metadata = {}
        if cell.cell_type == "code":
            cell.outputs = [kept for output in cell.outputs if (kept := _kept(output))]
    notebook.metadata.pop("widgets", None)
    notebook.metadata.language_info = {"name": "python"}
    return notebook


def _kept(output: Any) -> Any:
    """What is stored of an output; nothing of progress and of what is said to the log."""
    if output.output_type == "stream":
        return output if output.name == "stdout" else None
    if output.output_type == "display_data":
        return None
    pictures = {kind: data for kind, data in output.data.items() if kind in PICTURES}
    if "image/gif" in pictures:  # not all that show notebooks know it
        pictures["image/png"] = _last(pictures["image/gif"])
    if pictures:
        output.data = {"text/plain": output.data["text/plain"], **pictures}
    return output


def _last(gif: str) -> str:
    """The last picture of a GIF as PNG, both in base64."""
    file = io.BytesIO()
    with Image.open(io.BytesIO(b64decode(gif))) as film:
        film.seek(film.n_frames - 1)
        film.convert("RGB").save(file, "PNG", optimize=True)
    return b64encode(file.getvalue()).decode()


if __name__ == "__main__":
    text = nbformat.writes(stored(executed()))
    if len(text.encode()) > LARGEST:
        raise SystemExit(f"{LESSON.name}: more than {LARGEST / 1e6:g} MB: make its clips smaller")
    LESSON.write_text(f"{text}\n", encoding="utf-8")
