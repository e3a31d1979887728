// Sends the request of a form of the page "For programs", and shows what comes back.
// The forms stay hidden without this file. The browser adds the key that it has for this server.
"use strict";

for (const form of document.querySelectorAll("form.try")) {
  form.hidden = false;
  form.addEventListener("submit", send);
}

async function send(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const [shown, button, body] = ["pre", "button", "textarea"].map((name) => form.querySelector(name));
  const options = { method: form.dataset.method, headers: {} };
  const query = new URLSearchParams();
  let path = form.dataset.path;
  for (const { name, value, dataset } of form.querySelectorAll("input")) {
    if (dataset.place === "path") path = path.replace(`{${name}}`, encodeURIComponent(value));
    else if (value && dataset.place === "header") options.headers[name] = value;
    else if (value) query.append(name, value);
  }
  if (body) {
    options.body = body.value;
    options.headers["Content-Type"] = "application/json";
  }
  button.disabled = true;
  shown.hidden = false;
  shown.textContent = "…";
  try {
    const address = new URL(form.dataset.root + path.slice(1), location.href);
    address.search = query;
    const answer = await fetch(address, options);
    shown.textContent = `${answer.status} ${answer.statusText}\n\n${pretty(await answer.text())}`;
  } catch (error) {
    shown.textContent = `No answer: ${error.message}`;
  }
  said.textContent = shown.textContent.split("\n", 1)[0];
  button.disabled = false;
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
