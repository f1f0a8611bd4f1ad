// The office's calls: each with a running clock, and a button that ties the next delivery to it.
import { ask, home } from "./asking.js";
import { chosen, say, showTime } from "./language.js";

const list = document.getElementById("calls");
let ahead = 0; // the server's clock minus ours, ms

function span(ms) {
  const seconds = Math.floor(Math.abs(ms) / 1000);
  const two = (number) => String(number).padStart(2, "0");
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

function showState(item, state) {
  const mark = item.querySelector(".state");
  if (mark.dataset.state === state) return;
  mark.dataset.state = state;
  mark.className = `state ${state}`;
  mark.replaceChildren(say(`call_state_${state}`));
  item.classList.toggle("overdue", state === "overdue");
}

function showClock(item, call) {
  const clock = item.querySelector(".clock");
  if (call.state === "closed") {
    clock.replaceChildren();
  } else if (call.state === "answered") {
    clock.replaceChildren(call.late_ms ? say("call_late") : say("call_in_time"), call.late_ms ? ` ${span(call.late_ms)}` : "");
  } else {
    const left = call.due_ms - (Date.now() + ahead);
    showState(item, left < 0 ? "overdue" : "open");
    clock.replaceChildren(say(left < 0 ? "call_over" : "call_left"), ` ${span(left)}`);
  }
}

function show(call, onAnswer) {
  const part = chosen("call");
  const item = part.querySelector("li");
  item.dataset.call = call.id;
  item.querySelector(".name").textContent = `${call.id}`;
  item.querySelector(".matter").textContent = call.matter;
  item.querySelector(".office").textContent = call.office;
  showTime(item.querySelector("time"), call.called_ms);
  showState(item, call.state);
  const button = item.querySelector(".answer");
  if (button) {
    button.hidden = call.state === "closed";
    button.addEventListener("click", () => onAnswer(call));
  }
  showClock(item, call);
  item.call = call;
  return item;
}

function offer(calls) {
  for (const choice of document.querySelectorAll(".call-choice")) {
    const before = choice.value;
    choice.replaceChildren(choice.options[0]);
    for (const call of calls) {
      const option = document.createElement("option");
      option.value = call.id;
      option.textContent = `${call.id} ${call.matter.slice(0, 40)}`;
      choice.append(option);
    }
    choice.value = calls.some((call) => String(call.id) === before) ? before : "";
  }
}

// Shows the calls anew where something changed; a screen reader is told of what is new, and not of each second.
export async function lookForCalls(onAnswer) {
  const answer = await ask("GET", `${home}/calls`);
  if (!answer.ok) return answer;
  ahead = answer.body.now_ms - Date.now();
  const shown = answer.body.calls.filter((call) => call.state !== "closed").slice(0, 20);
  const said = JSON.stringify(shown.map((call) => [call.id, call.state, call.receipts.length]));
  document.getElementById("calls-none").hidden = shown.length > 0;
  if (list.dataset.said !== said) {
    list.dataset.said = said;
    const held = document.activeElement?.closest?.("[data-call]")?.dataset.call;
    list.replaceChildren(...shown.map((call) => show(call, onAnswer)));
    offer(shown);
    if (held) list.querySelector(`[data-call="${held}"] .answer`)?.focus();
  }
  return answer;
}

export function tick() {
  for (const item of list.children) showClock(item, item.call);
}
