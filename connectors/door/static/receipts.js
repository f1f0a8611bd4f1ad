// Receipts: what became of each delivery, followed until a search finds it; copies that wait are confirmed here.
import { ask, askJson, home } from "./asking.js";
import { chosen, say, showTime } from "./language.js";

const list = document.getElementById("receipts");
const news = document.getElementById("news");
const COUNTS = ["created", "updated", "deleted", "unchanged", "rejected", "flagged"];
const MOST = 20;
const MOVING = new Set(["received", "sent"]);
const OLD_MS = 600_000; // what did not arrive in ten minutes is looked at only when the page is opened

function chip(name, count) {
  const item = document.createElement("li");
  item.append(say(name), ` ${count}`);
  return item;
}

function reject(row) {
  const item = document.createElement("li");
  item.append(say("line"), ` ${row.line}${row.column ? ` · ${row.column}` : ""}: ${row.reason} ${row.remedy}`);
  return item;
}

function showRejects(item, receipt) {
  const box = item.querySelector(".rejects");
  box.hidden = receipt.rejected === 0;
  box.querySelector("a").href = `${receipt.href}/rejects.xlsx`;
  box.querySelector("ul").replaceChildren(...receipt.rejects.map(reject));
}

async function decide(event, receipt) {
  event.preventDefault();
  const form = event.target;
  const answer = await askJson(`${receipt.href}/${event.submitter.value}`, { by: form.by.value });
  const told = form.querySelector(".told");
  told.hidden = answer.ok;
  told.classList.toggle("wrong", !answer.ok);
  told.textContent = answer.ok ? "" : answer.body?.detail || "";
  if (answer.ok) put(answer.body);
}

function put(receipt) {
  const before = list.querySelector(`[data-receipt="${receipt.id}"]`);
  const item = before || chosen("receipt").querySelector("li");
  if (!before) {
    item.dataset.receipt = receipt.id;
    item.querySelector(".decision").addEventListener("submit", (event) => decide(event, item.receipt));
    const next = [...list.children].find((other) => Number(other.dataset.receipt) < receipt.id);
    list.insertBefore(item, next || null);
  }
  const moved = item.receipt && item.receipt.state !== receipt.state;
  if (!receipt.rejects.length && item.receipt) receipt.rejects = item.receipt.rejects;
  item.receipt = receipt;
  fill(item, receipt);
  if (moved) news.replaceChildren(say("receipt"), ` ${receipt.id} `, say(`state_${receipt.state}`));
}

function fill(item, receipt) {
  item.querySelector(".name").replaceChildren(say("receipt"), ` ${receipt.id}`);
  const state = item.querySelector(".state");
  state.className = `state ${receipt.state}`;
  state.replaceChildren(say(`state_${receipt.state}`));
  const seen = receipt.searchable;
  const part = seen && seen.of < seen.sent ? [" · ", say("rows_sent"), ` ${seen.sent}`] : []; // the first rows are followed
  item.querySelector(".share").replaceChildren(...(seen ? [`${seen.found}/${seen.of} `, say("of_rows"), ...part] : []));
  item.querySelector(".chips").replaceChildren(...COUNTS.filter((name) => receipt[name]).map((name) => chip(name, receipt[name])));
  const reason = item.querySelector(".reason");
  reason.textContent = [receipt.reason, ...receipt.notes].filter(Boolean).join("\n");
  reason.hidden = !reason.textContent;
  item.querySelector(".what").textContent = `${receipt.table} · ${receipt.name}`;
  showTime(item.querySelector("time"), receipt.received_ms);
  item.querySelector(".decision").hidden = receipt.state !== "waiting";
  showRejects(item, receipt);
}

export async function lookForReceipts() {
  const answer = await ask("GET", `${home}/receipts?limit=${MOST}`);
  if (!answer.ok) return answer;
  for (const receipt of answer.body.receipts) {
    const known = list.querySelector(`[data-receipt="${receipt.id}"]`)?.receipt;
    if (!known || (known.state !== "searchable" && receipt.state !== "sent")) put(receipt);
  }
  document.getElementById("receipts-none").hidden = list.children.length > 0;
  return answer;
}

// One look at each receipt that still moves, newest first.
export async function follow() {
  const moving = [...list.children].map((item) => item.receipt).filter((receipt) => MOVING.has(receipt.state));
  const young = moving.filter((receipt) => !receipt.searchable || Date.now() - receipt.received_ms < OLD_MS).slice(0, 5);
  for (const receipt of young) {
    const answer = await ask("GET", receipt.href);
    if (answer.ok) put(answer.body);
  }
  return young.length > 0;
}

export function take(receipts) {
  for (const receipt of receipts) put(receipt);
  document.getElementById("receipts-none").hidden = true;
}
