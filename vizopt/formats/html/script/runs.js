// One of several runs: pointed at, focused or chosen it stands out in the picture and the numbers

const runs = [...document.querySelectorAll("#runs button")];
const rows = [...document.querySelectorAll("#numbers [data-run]")];
const lit = byId("lit");

let chosen = null; // the one that stays so

function light(run) {
  for (const row of rows) row.classList.toggle("dim", run !== null && row.dataset.run !== run.dataset.run);
  lit.hidden = !run?.dataset.box || !isFirst();
  if (!lit.hidden) put(run.dataset.box.split(" ").map(Number));
  function put([left, top, width, height]) {
    const shown = video.getBoundingClientRect();
    const around = lit.parentElement.getBoundingClientRect();
    const scale = Math.min(shown.width / video.width, shown.height / video.height);
    const [wide, high] = [video.width * scale, video.height * scale];
    const x = shown.left - around.left + (shown.width - wide) / 2;
    const y = shown.top - around.top + (shown.height - high) / 2;
    const place = { left: x + left * wide, top: y + top * high, width: width * wide, height: height * high };
    for (const [side, pixels] of Object.entries(place)) lit.style[side] = `${pixels}px`;
  }
}

function keep(run) {
  chosen = run === chosen ? null : run;
  for (const each of runs) each.ariaPressed = String(each === chosen);
  light(run === chosen ? run : null);
}

// The places are those of the first drawing
const isFirst = () => video.src === files.get(byId("clip"));
