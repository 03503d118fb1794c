// One of several runs: pointed at, focused or chosen it stands out in the picture and the numbers

const runs = [...document.querySelectorAll("#runs button")];
const rows = [...document.querySelectorAll("#numbers [data-run]")];

const EDGE = 4; // pixels of the picture around a box

let drawing = "clip"; // which of the clips is shown
let chosen = null; // the one that stays so
let lit = null; // the one that is seen so

function light(run) {
  for (const row of rows) row.classList.toggle("dim", run !== null && row.dataset.run !== run.dataset.run);
  lit = run;
  veil();
}

// All is covered but what is the run's own in this frame
function veil() {
  const spots = (lit && data.spots[drawing][lit.dataset.run - 1]) || [];
  byId("veil").toggleAttribute("hidden", !spots.length);
  byId("veil").setAttribute("viewBox", `0 0 ${video.width} ${video.height}`);
  const boxes = spots.map(({ box }) => (box ? outline(box) : "")).join("");
  byId("lines").setAttribute("d", spots.map(({ line }) => (line ? through(line) : "")).join(""));
  for (const id of ["boxes", "frames"]) byId(id).setAttribute("d", boxes);
}

// Of a box [frame, left, top, width, height, …] the last that is not behind this frame

function outline(box) {
  let at = 0;
  while (at + 5 < box.length && box[at + 5] <= frame) at += 5;
  const [x, y, width, height] = box.slice(at + 1, at + 5);
  return `M${x - EDGE} ${y - EDGE}h${width + 2 * EDGE}v${height + 2 * EDGE}h${-width - 2 * EDGE}z`;
}

// Of a line [frame, x, y, …] all that is not behind it

function through(line) {
  let d = `M${line[1]} ${line[2]}h0`; // h0: a dot where it begins
  for (let at = 3; at < line.length && line[at] <= frame; at += 3) d += `L${line[at + 1]} ${line[at + 2]}`;
  return d;
}

function keep(run) {
  chosen = run === chosen ? null : run;
  for (const each of runs) each.ariaPressed = String(each === chosen);
  light(run === chosen ? run : null);
}
