// Playing, and the questions that stop it

const speed = byId("speed");

let playing = false; // a seek to the last frame ends a clip too, as browsers see it
let resumes = false; // play on when the slider is let go
let rounds = data.plays; // showings that are left, with the loop on; 0: for ever

function play() {
  if (!question.hidden) pass(frame);
  if (frame >= last) show(0);
  const due = pauseUpTo(frame);
  if (due) return ask(due);
  question.hidden = true;
  playing = true;
  tell();
  video.play().catch(() => (playing = !video.paused)); // a browser may refuse
}

function pass(k) {
  from = k;
  if (unanswered.includes(k)) unanswered.splice(unanswered.indexOf(k), 1);
}

const toggle = () => (playing ? stop(frame) : play());
const pauseUpTo = (k) => data.pauses.find((pause) => pause.frame > from && pause.frame <= k);

function presented(k) {
  if (!playing || picture.busy()) return;
  const due = pauseUpTo(k);
  if (due) return ask(due);
  frame = within(k);
  tell();
}

function stop(k) {
  playing = false;
  video.pause();
  const due = data.pauses.find((pause) => pause.frame === within(k));
  if (due) ask(due);
  else show(k);
}

function ask(pause) {
  playing = false;
  video.pause();
  show(pause.frame);
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
  else if (onceMore()) {
    show(0);
    play();
  } else stop(last);
}

// Whether the loop is on; the last of so many showings turns it off.
function onceMore() {
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

function drag() {
  resumes ||= playing;
  playing = false;
  video.pause();
  show(Number(slider.value));
}

function drop() {
  if (resumes) play();
  else stop(frame);
  resumes = false;
}

// A jump that plays on where it played

function jump(k) {
  if (playing) show(k);
  else stop(k);
}

// To the next picture that differs; at the ends there is none

function onward() {
  stop(data.changes.find((k) => k > frame) ?? last);
}

function backward() {
  const start = data.changes.findLastIndex((k) => k <= frame);
  stop(data.changes[start - 1] ?? 0);
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
