// The desk at work: calls and receipts are looked for again and again, forms are made ready.
import { ask, home } from "./asking.js";
import { lookForCalls, tick } from "./calls.js";
import { prepare } from "./entry.js";
import { say } from "./language.js";
import { follow, lookForReceipts, take } from "./receipts.js";

const problem = document.getElementById("desk-problem");
const upload = document.getElementById("upload");
const table = document.getElementById("table");
const FOLLOW_MS = 500;
const LOOK_MS = 10_000;

function showTrouble(answer) {
  problem.hidden = answer.ok;
  if (!answer.ok) problem.replaceChildren(say(answer.status === 401 ? "closed_session" : "away"));
}

function answerCall(call) {
  for (const choice of document.querySelectorAll(".call-choice")) choice.value = call.id;
  if (table && call.table) {
    table.value = call.table;
    showTable();
  }
  document.querySelector("form.entry:not([hidden]) .column :is(input, select, textarea)")?.focus();
}

const look = async () => {
  showTrouble(await lookForCalls(answerCall));
  showTrouble(await lookForReceipts());
};

async function taken(receipts) {
  take(receipts);
  await lookForCalls(answerCall);
}

function showTable() {
  for (const form of document.querySelectorAll("form.entry")) form.hidden = form.dataset.table !== table.value;
}

function tellUpload(parts, wrong) {
  const told = upload.querySelector(".told");
  told.hidden = parts.length === 0;
  told.classList.toggle("wrong", wrong);
  told.replaceChildren(...parts);
}

async function sendFile(event) {
  event.preventDefault();
  const file = document.getElementById("file").files[0];
  if (upload.hasAttribute("aria-busy")) return;
  if (!file) {
    tellUpload([say("no_file")], true);
    return;
  }
  upload.setAttribute("aria-busy", "true");
  tellUpload([], false);
  const call = upload.querySelector(".call-choice").value;
  const address = new URLSearchParams({ name: file.name, ...(call ? { call } : {}) });
  const answer = await ask("POST", `${home}/files?${address}`, file, { "Content-Type": "application/octet-stream" });
  upload.removeAttribute("aria-busy");
  if (answer.ok) {
    upload.reset();
    tellUpload([say("done"), ` ${answer.body.receipts.map((receipt) => receipt.id).join("、")}`], false);
    await taken(answer.body.receipts);
  } else {
    const parts = answer.body ? [say("failed"), ` ${answer.body.detail}`] : [say("away")];
    tellUpload(answer.status === 401 ? [say("closed_session")] : parts, true);
    await lookForReceipts(); // a refused file has a receipt too
  }
}

if (table) {
  table.addEventListener("change", showTable);
  showTable();
  for (const form of document.querySelectorAll("form.entry")) prepare(form, taken);
  upload.addEventListener("submit", sendFile);
}

async function followOn() {
  await follow();
  setTimeout(followOn, FOLLOW_MS);
}

setInterval(tick, 1000);
setInterval(look, LOOK_MS);
await look();
followOn();
