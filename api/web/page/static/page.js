// Comfort only: keys, copying, an article opened in place. The page does all it does without this file.
"use strict";

const box = document.querySelector("#q");
const said = document.querySelector("#said");
const isShown = (element) => element.getClientRects().length > 0;

// --- keys: "/" goes to the question, arrows go from result to result, enter follows the link ------------

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const elsewhere = event.target.closest("input:not(#q), textarea, select, .whole, pre");
  if (elsewhere) return;
  if (event.key === "/" && event.target !== box) {
    event.preventDefault();
    box.focus();
    box.select();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    step(event, event.key === "ArrowDown" ? 1 : -1);
  }
});

function step(event, by) {
  const stops = [box, ...[...document.querySelectorAll("[data-result]")].filter(isShown)];
  const at = stops.indexOf(document.activeElement);
  const to = at < 0 ? (by > 0 ? 1 : -1) : at + by;
  if (to < 0 || to >= stops.length) return; // the page scrolls, as it does without results
  event.preventDefault();
  stops[to].focus();
  if (to > 0) stops[to].scrollIntoView({ block: "nearest" });
}

// --- copying ------------------------------------------------------------------------------------------------

function put(text, control) {
  const label = (control.dataset.label ??= control.textContent);
  const done = () => {
    control.textContent = said.textContent = "Copied";
    setTimeout(() => { control.textContent = label; said.textContent = ""; }, 1500);
  };
  // Browsers keep the clipboard from pages that come neither over TLS nor from this machine.
  if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, () => copyOld(text, done));
  else copyOld(text, done);
}

function copyLink(button) {
  put(new URL(button.dataset.link, location.href).href, button);
}

async function copyFetched(event) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const link = event.currentTarget;
  const answer = await fetch(link.href).catch(() => null);
  if (answer?.ok) put(await answer.text(), link);
  else location.assign(link.href);
}

function copyOld(text, done) {
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  if (document.execCommand("copy")) done();
  area.remove();
}

// --- an article opened in place -----------------------------------------------------------------------------

async function expand(button) {
  const passage = button.closest(".passage");
  if (passage.ariaBusy === "true") return; // clicked again while the article comes
  let whole = passage.querySelector(".whole");
  if (!whole) {
    passage.ariaBusy = "true";
    whole = await fetched(button.dataset.expand, passage.querySelector("h3").textContent);
    passage.ariaBusy = "false";
    if (!whole) return location.assign(button.dataset.expand);
    passage.append(whole);
  } else {
    whole.hidden = !whole.hidden;
  }
  button.setAttribute("aria-expanded", String(!whole.hidden));
  button.textContent = whole.hidden ? "Show the whole article here" : "Close the article";
  const quote = whole.querySelector("mark");
  if (quote && !whole.hidden) whole.scrollTop = quote.offsetTop - whole.clientHeight / 3;
}

async function fetched(address, title) {
  const answer = await fetch(address).catch(() => null);
  if (!answer || !answer.ok) return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const text = page.querySelector(".text");
  text.querySelector("#quote")?.removeAttribute("id");
  const whole = document.createElement("div");
  whole.className = "whole";
  whole.tabIndex = 0;
  whole.setAttribute("role", "region");
  whole.setAttribute("aria-label", `The whole article: ${title}`);
  whole.append(document.adoptNode(text));
  return whole;
}

// --- buttons, which do nothing without this file, appear with it -------------------------------------------

for (const button of document.querySelectorAll("[data-copy], [data-expand]")) {
  button.hidden = false;
  button.addEventListener("click", () => (button.dataset.expand ? expand(button) : copyLink(button)));
}
for (const link of document.querySelectorAll("[data-fetch]")) link.addEventListener("click", copyFetched);
if (location.hash === "#quote") document.querySelector("#quote")?.focus({ preventScroll: true });
