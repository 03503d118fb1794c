"use strict";

// What the address asks for, before anything is drawn: ?embed, ?embed=no, ?colours=system

const wish = new URLSearchParams(location.search);
const root = document.documentElement;

root.classList.add("scripted");
if (wish.has("embed")) root.classList.toggle("embed", wish.get("embed") !== "no");
root.classList.toggle("system", wish.get("colours") === "system");
