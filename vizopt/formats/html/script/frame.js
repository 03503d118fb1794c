"use strict";

// Showing a frame, and all that tells which one it is

const byId = (id) => document.getElementById(id);
const data = JSON.parse(byId("data").textContent);
const last = data.frames - 1;
const player = byId("player");
const video = byId("video");
const slider = byId("seek");
const question = byId("question");
const values = document.querySelectorAll("#numbers dd");
const events = [...document.querySelectorAll("#events button")];
const picture = seeker(video);
const unanswered = data.pauses.map((pause) => pause.frame); // questions that nobody has gone on from

let frame = last; // the one that is shown
let from = last; // pauses up to this frame are past
let speech = 0; // timer of what is to be said

// Takes a video to the newest frame that is wanted; those that a seek under way outruns are left out.
function seeker(video) {
  let wanted = null;
  function seek() {
    if (wanted === null) return;
    video.currentTime = (wanted + 0.5) / data.fps; // the middle of a frame is never its neighbour
    wanted = null;
  }
  video.addEventListener("seeked", seek);
  return {
    to(k) {
      wanted = k;
      if (!video.seeking) seek();
    },
    busy: () => video.seeking || wanted !== null,
  };
}

const within = (k) => Math.min(Math.max(k, 0), last);

function show(k) {
  frame = within(k);
  from = frame - 1;
  question.hidden = true;
  tell();
  picture.to(frame);
}

function seeked() {
  player.classList.add("ready");
  if (video.paused) sayNumbers();
}

function tell() {
  values.forEach((value, i) => (value.textContent = data.numbers[i][frame]));
  slider.value = frame;
  slider.style.setProperty("--at", `${share(frame)}%`);
  slider.setAttribute("aria-valuetext", position());
  byId("now").textContent = position();
  const now = events.findLast((event) => event.dataset.frame <= frame);
  for (const event of events) event.toggleAttribute("aria-current", event === now);
  reveal();
  veil();
}

const share = (k) => (last ? (100 * k) / last : 100); // of the slider, in per cent

function position() {
  const shown = data.names.indexOf(data.unit);
  if (shown < 0) return place(data.words.frame, frame + 1, data.frames);
  return place(data.unit, data.numbers[shown][frame], data.numbers[shown][last]);
}

function place(name, shown, last) {
  const parts = { name, shown, last };
  return data.words.at.replace(/\{(\w+)\}/g, (_, part) => parts[part]);
}

// Answers wait: below a question stands nothing that comes after it, until one goes on from there. A
// jump past it answers nothing.

const isAnswer = (k) => k > (unanswered[0] ?? last);

function reveal() {
  const [next] = unanswered;
  events.forEach((event, i) => {
    const own = event.className === "pause" && Number(event.dataset.frame) === next;
    const told = next === undefined || own || event.dataset.frame < next;
    event.parentElement.hidden = ticks[i].hidden = !told;
  });
  byId("happened").hidden = events.every((event) => event.parentElement.hidden);
  byId("words").hidden = next !== undefined;
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
