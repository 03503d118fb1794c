// Setting up: the clip that suits the screen, print, and what a browser cannot do

const still = matchMedia("(prefers-reduced-motion: reduce)");
const clips = [...video.querySelectorAll("source")]; // the last one suits every screen
const screens = clips.map((clip) => matchMedia(clip.media));
const files = new Map(); // of the clips, as browsers can seek in them
const story = byId("words");

let opened = false; // "In words", while it is printed

function begin() {
  if (rounds === 1) byId("loop").ariaPressed = "false";
  follow();
  const k = asked();
  if (k !== null) return stop(k);
  if (still.matches) return stop(data.pauses.length ? 0 : last);
  show(0);
  if (data.starts) play();
  else stop(0);
}

function choose() {
  const clip = clips[screens.findIndex((screen) => screen.matches)];
  if (!files.has(clip)) files.set(clip, URL.createObjectURL(bytesOf(clip)));
  if (video.src === files.get(clip)) return;
  const shown = video.src ? again(playing) : begin;
  player.classList.remove("ready");
  drawing = clip.id;
  video.width = clip.dataset.width;
  video.height = clip.dataset.height;
  player.style.setProperty("--ratio", video.width / video.height);
  video.addEventListener("loadedmetadata", setSpeed, { once: true }); // a new clip has its own
  video.addEventListener("loadedmetadata", shown, { once: true });
  video.src = files.get(clip);
}

// At the place where the other clip was

function again(resume) {
  return () => {
    stop(frame);
    if (resume) play();
  };
}

function bytesOf(clip) {
  const base64 = clip.getAttribute("src").split(",")[1];
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  return new Blob([bytes], { type: "video/mp4" });
}

function fail() {
  byId("trouble").hidden = false;
  unanswered.length = 0; // nothing is asked, so that everything is told
  tell();
  for (const control of document.querySelectorAll("#controls :is(button, input, select), #events button")) {
    control.disabled = true;
  }
}

function beforePrint() {
  opened = story.open;
  story.open = true;
}

const afterPrint = () => (story.open = opened);

player.classList.toggle("asks", data.pauses.length > 0);
byId("full").hidden = !document.fullscreenEnabled;
byId("goto").hidden = !data.at.length;
byId("link").hidden = byId("whole").hidden = !data.at.length || location.protocol === "about:";
byId("colours").value = root.classList.contains("system") ? "system" : "clip";
data.labels.forEach(addLabel);
video.controls = false;
video.preload = "auto";
listen();
tell();
video.addEventListener("error", fail, { once: true });
still.addEventListener("change", () => still.matches && stop(frame));
screens.forEach((screen) => screen.addEventListener("change", choose));
addEventListener("beforeprint", beforePrint);
addEventListener("afterprint", afterPrint);
choose();
