// Marks what changed since this browser last looked. The page shows the same changes without this file.
"use strict";

const changes = [...document.querySelectorAll("[data-change]")];
const key = `nutgraf changes seen: ${document.querySelector("#news").dataset.archive}`;

function lastSeen() {
  try {
    return Number(localStorage.getItem(key)) || 0;
  } catch {
    return 0; // the browser keeps nothing for this page
  }
}

const seen = lastSeen();
const fresh = changes.filter((change) => Number(change.dataset.change) > seen);
for (const change of fresh) change.querySelector(".new").hidden = false;
document.querySelector("#said").textContent = `${fresh.length} new since you last looked`;
if (fresh.length) {
  document.querySelector("#changes").textContent += ` (${fresh.length} new since you last looked)`;
  try {
    localStorage.setItem(key, Math.max(...fresh.map((change) => Number(change.dataset.change))));
  } catch {
    // nothing is kept: all of it is new the next time, too
  }
}
