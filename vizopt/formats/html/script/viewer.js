// What the viewer does: keys, buttons, fingers

const SWIPE = 40; // pixels, from which on a finger that moves sideways is meant

let finger = null; // where it came down
let swiped = false; // the click that may follow is none

function fullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else player.requestFullscreen().catch(() => {});
}

const help = () => byId("help").showModal();

const KEYS = {
  " ": toggle,
  k: toggle,
  j: () => jump(frame - Math.round(data.fps)),
  l: () => jump(frame + Math.round(data.fps)),
  arrowleft: (event) => (event.shiftKey ? stop(frame - 10) : backward()),
  arrowright: (event) => (event.shiftKey ? stop(frame + 10) : onward()),
  home: () => jump(0),
  end: () => stop(last),
  r: loop,
  f: fullScreen,
  "+": () => faster(1),
  "=": () => faster(1),
  "]": () => faster(1),
  "-": () => faster(-1),
  "[": () => faster(-1),
  "?": help,
  escape: unpeek,
};
for (let tenth = 0; tenth < 10; tenth++) {
  KEYS[tenth] = () => jump(Math.round((last * tenth) / 10));
}

function pressed(event) {
  const key = event.key.toLowerCase();
  const act = KEYS[key];
  if (!act || event.ctrlKey || event.altKey || event.metaKey || byId("help").open) return;
  if (key !== " " && key.length === 1 && !byId("letters").checked) return;
  if (event.target.closest("select, pre, input[type=number]")) return; // they have their own keys
  if (key === " " && event.target.closest("button, summary, a")) return;
  if (event.repeat && ["k", "r", "f", " ", "?"].includes(key)) return;
  if (key !== "escape") event.preventDefault();
  act(event);
}

function down(event) {
  finger = event.pointerType === "touch" ? { x: event.clientX, y: event.clientY } : null;
  swiped = false;
}

function up(event) {
  if (!finger) return;
  const [x, y] = [event.clientX - finger.x, event.clientY - finger.y];
  finger = null;
  swiped = Math.abs(x) > SWIPE && Math.abs(x) > 2 * Math.abs(y);
  if (swiped) x < 0 ? onward() : backward();
}

const clicked = () => swiped || toggle();

function listen() {
  const clicks = { start: KEYS.home, end: KEYS.end, play: toggle, video: clicked, on: goOn, loop };
  Object.assign(clicks, { full: fullScreen, keys: help, back: backward, forward: onward });
  Object.assign(clicks, { link: copyLink, whole: openWhole, save: download });
  for (const [id, act] of Object.entries(clicks)) byId(id).addEventListener("click", act);
  for (const event of events) {
    event.addEventListener("click", () => stop(Number(event.dataset.frame)));
  }
  for (const run of runs) {
    run.addEventListener("click", () => keep(run));
    for (const there of ["pointerenter", "focus"]) run.addEventListener(there, () => light(run));
    for (const gone of ["pointerleave", "blur"]) run.addEventListener(gone, () => light(chosen));
  }
  const timeline = byId("timeline");
  timeline.addEventListener("pointermove", peek);
  timeline.addEventListener("pointerleave", unpeek);
  slider.addEventListener("input", drag);
  slider.addEventListener("change", drop);
  speed.addEventListener("change", setSpeed);
  byId("goto").addEventListener("submit", goTo);
  byId("colours").addEventListener("change", setColours);
  document.addEventListener("keydown", pressed);
  addEventListener("hashchange", hashChanged);
  video.addEventListener("pointerdown", down);
  video.addEventListener("pointerup", up);
  video.addEventListener("seeked", seeked);
  video.addEventListener("play", playingOrNot);
  video.addEventListener("pause", playingOrNot);
  video.addEventListener("ended", ended);
}
