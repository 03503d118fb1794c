"use strict";

const byId = (id) => document.getElementById(id);
const data = JSON.parse(byId("data").textContent);
const last = data.frames - 1;
const player = byId("player");
const video = byId("video");
const slider = byId("seek");
const speed = byId("speed");
const question = byId("question");
const values = document.querySelectorAll("#numbers dd");
const events = [...document.querySelectorAll("#events button")];
const still = matchMedia("(prefers-reduced-motion: reduce)");

let frame = last; // the one that is shown
let from = last; // pauses up to this frame are past
let wanted = null; // the newest frame that a seek under way has not gone to
let playing = false; // a seek to the last frame ends a clip too, as browsers see it
let resumes = false; // play on when the slider is let go
let rounds = data.plays; // showings that are left, with the loop on; 0: for ever
let speech = 0; // timer of what is to be said

// Showing a frame

function show(k) {
  frame = Math.min(Math.max(k, 0), last);
  from = frame;
  wanted = frame;
  question.hidden = true;
  tell();
  if (!video.seeking) seek();
}

function seek() {
  if (wanted === null) return;
  video.currentTime = (wanted + 0.5) / data.fps; // the middle of a frame is never its neighbour
  wanted = null;
}

function seeked() {
  player.classList.add("ready");
  seek();
  if (video.paused) sayNumbers();
}

function tell() {
  values.forEach((value, i) => (value.textContent = data.numbers[i][frame]));
  slider.value = frame;
  slider.style.setProperty("--at", `${last ? (100 * frame) / last : 100}%`);
  slider.setAttribute("aria-valuetext", position());
  const now = events.findLast((event) => event.dataset.frame <= frame);
  for (const event of events) event.toggleAttribute("aria-current", event === now);
}

function position() {
  const shown = data.names.indexOf(data.unit);
  if (shown < 0) return place(data.words.frame, frame + 1, data.frames);
  return place(data.unit, data.numbers[shown][frame], data.numbers[shown][last]);
}

function place(name, shown, last) {
  const parts = { name, shown, last };
  return data.words.at.replace(/\{(\w+)\}/g, (_, part) => parts[part]);
}

// Only what stands still is said: sixty numbers a second are none.
function sayNumbers() {
  const numbers = data.names.map((name, i) => `${name} ${data.numbers[i][frame]}`);
  say([...(question.hidden ? [] : [byId("asked").textContent]), ...numbers].join(", "));
}

function say(text) {
  clearTimeout(speech);
  speech = setTimeout(() => (byId("said").textContent = text), 300);
}

// Playing

function play() {
  if (frame >= last) restart();
  else from = frame;
  question.hidden = true;
  playing = true;
  video.play().catch(() => (playing = !video.paused)); // a browser may refuse
}

function restart() {
  show(0);
  from = -1;
}

const toggle = () => (playing ? stop(frame) : play());

function presented(k) {
  if (!playing || video.seeking || wanted !== null) return;
  const due = pauseUpTo(k);
  if (due) return ask(due);
  frame = Math.min(k, last);
  tell();
}

const pauseUpTo = (k) => data.pauses.find((pause) => pause.frame > from && pause.frame <= k);

function ask(pause) {
  stop(pause.frame);
  byId("asked").textContent = pause.text;
  question.hidden = false;
}

function goOn() {
  play();
  byId("play").focus();
}

function ended() {
  if (!playing) return;
  playing = false;
  const due = pauseUpTo(last);
  if (due) ask(due);
  else if (again()) {
    restart();
    play();
  } else show(last);
}

function again() {
  const on = byId("loop").ariaPressed === "true";
  if (rounds > 1 && --rounds === 1) byId("loop").ariaPressed = "false";
  return on;
}

function follow() {
  if (!video.requestVideoFrameCallback) {
    presented(Math.floor(video.currentTime * data.fps + 0.001));
    requestAnimationFrame(follow);
    return;
  }
  video.requestVideoFrameCallback((_, { mediaTime }) => {
    presented(Math.round(mediaTime * data.fps));
    follow();
  });
}

function playingOrNot() {
  if (video.paused && !video.ended) playing = false; // the browser's own pause
  player.classList.toggle("playing", !video.paused);
  byId("play").setAttribute("aria-label", video.paused ? data.words.play : data.words.pause);
  if (video.paused) sayNumbers();
}

// What the viewer does

function stop(k) {
  playing = false;
  video.pause();
  show(k);
}

function drag() {
  resumes ||= playing;
  stop(Number(slider.value));
}

function drop() {
  if (resumes) play();
  resumes = false;
}

function faster(by) {
  speed.selectedIndex = Math.min(Math.max(speed.selectedIndex + by, 0), speed.length - 1);
  setSpeed();
  say(`${data.words.speed} ${speed.selectedOptions[0].text}`);
}

const setSpeed = () => (video.playbackRate = Number(speed.value));

function loop() {
  const on = byId("loop").ariaPressed !== "true";
  byId("loop").ariaPressed = String(on);
  rounds = 0;
  say(on ? data.words.loop_on : data.words.loop_off);
}

function fullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else player.requestFullscreen().catch(() => {});
}

const help = () => byId("help").showModal();

const KEYS = {
  " ": toggle,
  arrowleft: (event) => stop(frame - (event.shiftKey ? 10 : 1)),
  arrowright: (event) => stop(frame + (event.shiftKey ? 10 : 1)),
  home: () => show(0),
  end: () => stop(last),
  l: loop,
  f: fullScreen,
  "+": () => faster(1),
  "=": () => faster(1),
  "]": () => faster(1),
  "-": () => faster(-1),
  "[": () => faster(-1),
  "?": help,
};

function pressed(event) {
  const key = event.key.toLowerCase();
  const act = KEYS[key];
  if (!act || event.ctrlKey || event.altKey || event.metaKey || byId("help").open) return;
  if (key !== " " && key.length === 1 && !byId("letters").checked) return;
  if (event.target.closest("select, pre")) return; // they have their own use for keys
  if (key === " " && event.target.closest("button, summary")) return;
  if (event.repeat && ["l", "f", " ", "?"].includes(key)) return;
  event.preventDefault();
  act(event);
}

// Setting up

function addTick(event) {
  const tick = document.createElement("span");
  tick.className = `tick ${event.className}`;
  tick.title = event.textContent;
  tick.style.left = `${last ? (100 * event.dataset.frame) / last : 100}%`;
  tick.addEventListener("click", () => stop(Number(event.dataset.frame)));
  byId("ticks").append(tick);
}

function listen() {
  const clicks = { start: KEYS.home, end: KEYS.end, play: toggle, video: toggle, on: goOn };
  Object.assign(clicks, { loop, full: fullScreen, keys: help });
  Object.assign(clicks, { back: () => stop(frame - 1), forward: () => stop(frame + 1) });
  for (const [id, act] of Object.entries(clicks)) byId(id).addEventListener("click", act);
  for (const event of events) {
    event.addEventListener("click", () => stop(Number(event.dataset.frame)));
  }
  slider.addEventListener("input", drag);
  slider.addEventListener("change", drop);
  speed.addEventListener("change", setSpeed);
  document.addEventListener("keydown", pressed);
  still.addEventListener("change", () => still.matches && stop(frame));
  video.addEventListener("seeked", seeked);
  video.addEventListener("play", playingOrNot);
  video.addEventListener("pause", playingOrNot);
  video.addEventListener("ended", ended);
}

function begin() {
  setSpeed();
  if (rounds === 1) byId("loop").ariaPressed = "false";
  follow();
  if (still.matches) return show(last);
  restart();
  if (data.starts) play();
}

function fail() {
  byId("trouble").hidden = false;
  for (const control of document.querySelectorAll("#controls :is(button, input, select), #events button")) {
    control.disabled = true;
  }
}

function load() {
  const bytes = Uint8Array.from(atob(byId("clip").textContent), (c) => c.charCodeAt(0));
  video.addEventListener("loadedmetadata", begin, { once: true });
  video.addEventListener("error", fail, { once: true });
  video.src = URL.createObjectURL(new Blob([bytes], { type: "video/mp4" }));
}

player.style.setProperty("--ratio", video.width / video.height);
byId("scene").textContent = byId("recipe").textContent;
byId("happened").hidden = !events.length;
byId("full").hidden = !document.fullscreenEnabled;
events.forEach(addTick);
listen();
tell();
load();
