// Places in the clip: marks and labels on the slider, the address, the field, the preview

const glance = byId("glance");
const small = glance.querySelector("video");
const smallPicture = seeker(small);
const ticks = events.map(addTick);

function addTick(event) {
  const tick = put("ticks", `tick ${event.className}`, Number(event.dataset.frame));
  tick.title = event.textContent;
  tick.addEventListener("click", () => stop(Number(event.dataset.frame)));
  return tick;
}

function addLabel({ frame, text, rare }) {
  const edge = share(frame) < 2 ? "start" : share(frame) > 98 ? "end" : "";
  put("scale", `${rare ? "rare" : "often"} ${edge}`, frame).textContent = text;
}

function put(where, className, k) {
  const mark = document.createElement("span");
  mark.className = className;
  mark.style.left = `${share(k)}%`;
  byId(where).append(mark);
  return mark;
}

// The first frame that shows this epoch or a later one

function frameAt(epoch) {
  const k = data.at.findIndex((shown) => shown >= epoch);
  return k < 0 ? last : k;
}

function asked() {
  const [, unit, count] = /^#(\w+)=(\d+(?:\.\d+)?)$/.exec(location.hash) ?? [];
  const exists = data.at.length && (unit === "seconds" || Number.isInteger(Number(count)));
  return unit === data.counts && exists ? frameAt(Number(count)) : null;
}

function address() {
  return `#${data.counts}=${data.at[frame]}`;
}

// The colours of the clip or of the viewer, kept in the address

function setColours() {
  const system = byId("colours").value === "system";
  root.classList.toggle("system", system);
  if (system) wish.set("colours", "system");
  else wish.delete("colours");
  history.replaceState(null, "", `?${wish}${location.hash}`);
}

function goTo(event) {
  event.preventDefault();
  stop(frameAt(Number(byId("to").value)));
}

function hashChanged() {
  const k = asked();
  if (k !== null) stop(k);
}

async function copyLink() {
  history.replaceState(null, "", address());
  const copied = await navigator.clipboard?.writeText(location.href).then(
    () => true,
    () => false,
  );
  byId("note").textContent = copied ? data.words.copied : data.words.in_address;
}

function openWhole() {
  byId("whole").href = `?embed=no${address()}`;
}

function download() {
  const link = document.createElement("a");
  link.href = video.src;
  const name = decodeURIComponent(location.pathname).split("/").pop();
  link.download = `${name.replace(/\.html?$/, "")}.mp4`;
  link.click();
}

// What lies under the pointer, with its numbers

function peek(event) {
  const box = slider.getBoundingClientRect();
  const thumb = parseFloat(getComputedStyle(root).getPropertyValue("--thumb"));
  const along = (event.clientX - box.left - thumb / 2) / (box.width - thumb);
  const k = within(Math.round(along * last));
  if (event.pointerType === "touch" || isAnswer(k)) return unpeek();
  if (small.src !== video.src) small.src = video.src;
  smallPicture.to(k);
  byId("glanced").textContent = data.names
    .slice(0, 3)
    .map((name, i) => `${name} ${data.numbers[i][k]}`)
    .join(" · ");
  glance.hidden = false;
  const middle = event.clientX - box.left - glance.offsetWidth / 2;
  glance.style.left = `${Math.min(Math.max(middle, 0), box.width - glance.offsetWidth)}px`;
}

const unpeek = () => (glance.hidden = true);
