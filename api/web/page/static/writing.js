// What the pages that write share: their form, the key that may write, and the lines that say what came of it.
"use strict";

const form = document.querySelector("form[data-to]");
const field = (name) => form.querySelector(`#${name}`);
form.hidden = false;

// Returns the text of the answer; of a failure it says why, and returns null.
async function write(method, address, body, kind = "application/json") {
  const headers = body === undefined ? {} : { "Content-Type": kind };
  if (field("key").value) headers.Authorization = `Bearer ${field("key").value}`;
  say("Sending …");
  const answer = await fetch(address, { method, headers, body }).catch(() => null);
  if (!answer) return fail("The server cannot be reached.");
  const text = await answer.text();
  if (answer.ok) return text;
  if (answer.status === 401 || answer.status === 403) {
    document.querySelector("#keyed").hidden = false;
    field("key").focus();
  }
  return fail(errorIn(text) ?? `The server answered ${answer.status}.`);
}

function errorIn(text) {
  try {
    const { message, hint } = JSON.parse(text).error;
    return hint ? `${message}. Try: ${hint}` : message;
  } catch {
    return null;
  }
}

function say(words) {
  const became = document.querySelector("#became");
  document.querySelector("#failed").hidden = true;
  became.hidden = false;
  became.textContent = words;
  return became;
}

function fail(words) {
  const failed = document.querySelector("#failed");
  document.querySelector("#became").hidden = true;
  failed.hidden = false;
  failed.textContent = words;
  return null;
}
