"""Lies that were thought of: what a viewer would be told wrongly, each with its place in the code.

Where code has moved the command stops and names the lie: find the place again, mend the text.
"""

from typing import NamedTuple

from benchmarks.mutants.changes import Change, replaced


class Lie(NamedTuple):
    words: str
    path: str
    old: str  # there once
    new: str


LIES = (
    Lie(
        "the probabilities of one feature are upside down",
        "vizopt/draw/panels/strip.py",
        "self.pad + (1 - probability) *",
        "self.pad + probability *",
    ),
    Lie(
        "a held strip tells the epochs of another half second",
        "vizopt/draw/panels/predicted.py",
        "(int(self._epochs[first]), int(self._epochs[last]))",
        "(int(self._epochs[first]), int(self._epochs[last]) + 1)",
    ),
    Lie(
        "more points are said to be shown than are",
        "vizopt/draw/panels/sample.py",
        "some=count(some), count=count(every)",
        "some=count(every), count=count(every)",
    ),
    Lie(
        "one class more is counted than is not named",
        "vizopt/draw/panels/legend.py",
        "_more(slot, every - kept))",
        "_more(slot, every - kept + 1))",
    ),
    Lie(
        "prices are taken for classes",
        "vizopt/train/problems/standard.py",
        "max(values) - min(values) >= GAPS * len(values)",
        "False",
    ),
    Lie(
        "a look's text passes with too little contrast",
        "vizopt/core/contrast.py",
        "TEXT, SHAPE = 4.5, 3.0",
        "TEXT, SHAPE = 3.5, 3.0",
    ),
    Lie(
        "a ratio that fails is rounded up to one that passes",
        "vizopt/core/contrast.py",
        "floor(float(contrast([colour], [other])[0, 0]) * 100) / 100",
        "round(float(contrast([colour], [other])[0, 0]), 1)",
    ),
    Lie(
        "a turned map has the words of the other end",
        "vizopt/story/picture.py",
        "SIGNS.get(_reversed(name), ())[::-1]",
        "SIGNS.get(_reversed(name), ())",
    ),
    Lie(
        "a transparent pixel lets half through",
        "vizopt/draw/clear.py",
        "frame[..., 3][bare] = 0",
        "frame[..., 3][bare] = 127",
    ),
    Lie(
        "a transparent clip is judged on white alone",
        "vizopt/flashes/check.py",
        "others = papers[1:] if verdict.paper else ()",
        "others = ()",
    ),
    Lie(
        "the counter shows epoch + 1",
        "vizopt/draw/header.py",
        "clock.written(shown[k])}{total}",
        "clock.written(shown[k] + 1)}{total}",
    ),
    Lie(
        "the key's last epoch is off by one",
        "vizopt/draw/panels/key.py",
        "at[k], start[k], stop[k])",
        "at[k], start[k], stop[k] - 1)",
    ),
    Lie(
        "a curve's digits are one epoch old",
        "vizopt/draw/panels/curves/moving.py",
        "standing(run[name])[epochs]",
        "standing(run[name])[np.maximum(epochs - 1, 0)]",
    ),
    Lie(
        "the page's numbers are one epoch old",
        "vizopt/clips/metadata.py",
        "view.run[column][shown]",
        "view.run[column][np.maximum(shown - 1, 0)]",
    ),
    Lie(
        "the page's numbers are those of the frame before",
        "vizopt/formats/html/page.py",
        "metadata.written(name)[:frames]",
        "[*metadata.written(name)[-1:], *metadata.written(name)[: frames - 1]]",
    ),
    Lie(
        "a mark is one frame late",
        "vizopt/clips/metadata.py",
        "np.searchsorted(shown, event.instant)), len",
        "np.searchsorted(shown, event.instant)) + 1, len",
    ),
    Lie(
        "an update's largest value is that of the next frame",
        "vizopt/draw/panels/weights.py",
        "int(told.start[k]), int(told.stop[k]))",
        "*(int(part[min(k + 1, len(part) - 1)]) for part in (told.start, told.stop)))",
    ),
    Lie(
        "the worked sum has the wrong sign",
        "vizopt/draw/panels/arithmetic.py",
        'ast.parse("x + update", mode="eval")',
        'ast.parse("x - update", mode="eval")',
    ),
    Lie(
        "the last update in the worked step is one too old",
        "vizopt/draw/panels/arithmetic.py",
        "delta[wanted[step]][0]",
        "delta[max(wanted[step] - 1, 0)][0]",
    ),
    Lie(
        "the tangent leans the other way",
        "vizopt/draw/panels/move.py",
        "dy = slope * dx",
        "dy = -slope * dx",
    ),
    Lie(
        "the arrow ends where the step before did",
        "vizopt/draw/panels/move.py",
        "self._place(step + 1)[0]",
        "self._place(step - 1)[0]",
    ),
    Lie(
        "weights bend at another size than the key says",
        "vizopt/draw/panels/scale.py",
        "np.arcsinh(weights / self.bend)",
        "np.arcsinh(weights / self.bend / 2)",
    ),
    Lie(
        "the names of two layers' lines are exchanged",
        "vizopt/draw/panels/curves/labels.py",
        "yield End(text, x, y, colour)",
        "yield End(texts[0], x, y, colour)",
    ),
    Lie(
        "an update ratio is that of the gradient",
        "vizopt/recording/quantities.py",
        "ratio(params, update)",
        "ratio(params, grad)",
    ),
    Lie(
        "an axis of a curve begins at 0 always",
        "vizopt/draw/panels/axis.py",
        "low = 0.0 if near else",
        "low = 0.0 if True else",
    ),
    Lie(
        "the point is drawn 6 pixels low",
        "vizopt/draw/panels/descent.py",
        "mark(window, floor(px[step]), floor(py[step]))",
        "mark(window, floor(px[step]), floor(py[step]) + 6)",
    ),
    Lie(
        "every epoch has the same shuffle",
        "vizopt/train/problems/dense.py",
        "self._streams.shuffle(epoch)",
        "self._streams.shuffle(0)",
    ),
    Lie(
        "a GIF's colours may be four times further off",
        "vizopt/formats/gif.py",
        "UNSEEN_CHANGE = 6 ",
        "UNSEEN_CHANGE = 24 ",
    ),
    Lie(
        "GitHub takes 100 MB",
        "vizopt/clips/targets.py",
        '".webm"), size_bytes=10 * MB\n        ),\n        "https://docs.github',
        '".webm"), size_bytes=100 * MB\n        ),\n        "https://docs.github',
    ),
    Lie(
        "AMSGrad divides by the current second moment",
        "vizopt/train/optimizers/amsgrad.py",
        "largest = np.maximum(state.largest, mean.second_moment)",
        "largest = mean.second_moment",
    ),
    Lie(
        "NAdam does not look ahead",
        "vizopt/train/optimizers/nadam.py",
        "return -self.lr(step) * (now + ahead) / root",
        "return -self.lr(step) * mean.first_moment / (1 - product) / root",
    ),
    Lie(
        "AdamW's decay passes through the moments",
        "vizopt/train/optimizers/adamw.py",
        "push = first / (np.sqrt(second) + self.epsilon) + self.weight_decay * params",
        "push = (first + self.weight_decay * params) / (np.sqrt(second) + self.epsilon)",
    ),
    Lie(
        "the feature's numbers are upside down",
        "vizopt/draw/panels/features.py",
        "middle = bottom - at * height",
        "middle = top + at * height",
    ),
    Lie(
        "the plane's axes have each other's names",
        "vizopt/core/projection.py",
        "tuple(features[i] for i in places), own",
        "tuple(features[i] for i in places[::-1]), own",
    ),
    Lie(
        "numbers are the standardised ones",
        "vizopt/draw/panels/features.py",
        "first, last = mean + deviation *",
        "first, last = 0 * mean + deviation *",
    ),
    Lie(
        "every principal component has the share of both",
        "vizopt/core/projection.py",
        "({100 * s:.0f}",
        "({100 * shares.sum():.0f}",
    ),
    Lie(
        "chosen columns come in the file's order",
        "vizopt/train/problems/tables.py",
        "names.index(name) for name in (*chosen, labels)]",
        "names.index(name) for name in (*sorted(chosen), labels)]",
    ),
    Lie(
        "1 and 1.0 are two classes in silence",
        "vizopt/train/problems/standard.py",
        'return f" ({one} and {other} are two)"',
        'return ""',
    ),
    Lie(
        "what is measured is a class",
        "vizopt/train/problems/standard.py",
        "MEASURED = 10 ",
        "MEASURED = 1 ",
    ),
    Lie(
        "the name behind a remark is of the line above",
        "vizopt/train/problems/remarks.py",
        "above[-1].split",
        "above[0].split",
    ),
    Lie(
        "columns without a value shift the names",
        "vizopt/train/problems/tables.py",
        "first.insert(len(first) if ended else 0",
        "first.insert(0",
    ),
    Lie(
        "the mean is of the powers of two",
        "vizopt/train/problems/standard.py",
        "return np.ldexp(found, power).T",
        "return found.T",
    ),
    Lie(
        "a German picture calls the accuracy a loss",
        "vizopt/core/words/de.toml",
        'accuracy = "Genauigkeit"',
        'accuracy = "Verlust"',
    ),
    Lie(
        "the update of a French picture lies between other epochs",
        "vizopt/core/words/fr.toml",
        "jour : {unit} {first} → {last}",
        "jour : {unit} {first} → {first}",
    ),
    Lie(
        "the picture's verdict on a descent is another than the story's",
        "vizopt/core/words/__init__.py",
        "said.key, said.values = key, values",
        'said.key, said.values = key.replace("reaches", "leaves"), values',
    ),
    Lie(
        "characters that no font draws are not warned of",
        "vizopt/draw/fonts.py",
        "    if not none:\n        return \"\"",
        "    if none:\n        return \"\"",
    ),
    Lie(
        "letters of Arabic in moving text are not joined",
        "vizopt/draw/fonts.py",
        'in ("R", "AL")',
        'in ("R",)',
    ),
    Lie(
        "a resumed schedule's numbers are NumPy's, which widen float32",
        "vizopt/recording/state.py",
        "parts.append(float(value) if isinstance(part, float) else value)",
        "parts.append(value)",
    ),
    Lie(
        "a state is written over the one that the last commit names",
        "vizopt/recording/commits.py",
        'slot = 1 - self._state.get("slot", 1)',
        "slot = 0",
    ),
    Lie(
        "the first epoch of a resumed run is not the last recorded one",
        "vizopt/train/probes.py",
        "if step.number != recorded:",
        "if step.number != recorded + 1:",
    ),
    Lie(
        "a resumed run counts its rows from 0",
        "vizopt/recording/recorder.py",
        "self._rows = dict(self._commits.counts)",
        "self._rows = dict.fromkeys(self._commits.counts, 0)",
    ),
    Lie(
        "a resumed run makes the last update twice",
        "vizopt/train/loop.py",
        "delta, evaluation, before, update)",
        "delta, evaluation, state, update)",
    ),
    Lie(
        "clips are in place before their recording is",
        "vizopt/clips/staging.py",
        "                stack.enter_context(exchanged(recording, place))",
        "                stack.push(lambda *_: exchanged(recording, place).__enter__())",
    ),
    Lie(
        "the last file of a set stays the old one",
        "vizopt/clips/staging.py",
        "for file in sorted(self.folders, key=lambda file: not is_recording(file)):",
        "for file in sorted(self.folders, key=lambda file: not is_recording(file))[:-1]:",
    ),
    Lie(
        "the folders in which files waited stay",
        "vizopt/clips/staging.py",
        "            remove(folder)\n",
        "            pass\n",
    ),
    Lie(
        "clips are put in place before all of their command is finished",
        "vizopt/pipeline/__init__.py",
        '                    made, wrong = drawn({"": run}, scene, clips, asked, bar, staging)\n'
        "                else",
        '                    made, wrong = drawn({"": run}, scene, clips, asked, bar, staging)\n'
        "                    put()\n                else",
    ),
    Lie(
        "the old recording goes before the new clips are in place",
        "vizopt/recording/atomic.py",
        "            raise\n        yield\n    finally:",
        "            raise\n        shutil.rmtree(aside, ignore_errors=True)\n"
        "        yield\n    finally:",
    ),
    Lie(
        "the dots of a race lie three pixels below their numbers",
        "vizopt/draw/panels/curves/compared.py",
        "int(x), int(y))",
        "int(x), int(y) + 3)",
    ),
    Lie(
        "the balls of a race lie three pixels below their numbers",
        "vizopt/draw/panels/balls.py",
        "floor(px), floor(py))",
        "floor(px), floor(py) + 3)",
    ),
)  # fmt: skip


def lies() -> list[Change]:
    """All of them, put into today's code."""
    return [replaced(lie.path, lie.old, lie.new, lie.words) for lie in LIES]
