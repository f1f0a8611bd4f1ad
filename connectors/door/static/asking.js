// Speaks with the door's API. What is typed goes out in a request's body and nowhere else.
const desk = document.getElementById("desk");
export const home = `/v1/providers/${desk.dataset.provider}`;

// Returns { status, ok, body }; status 0 means that nothing answered.
export async function ask(method, address, body, headers = {}) {
  try {
    const answer = await fetch(address, { method, body, headers, cache: "no-store", credentials: "same-origin" });
    const text = await answer.text();
    return { status: answer.status, ok: answer.ok, body: text ? JSON.parse(text) : null };
  } catch {
    return { status: 0, ok: false, body: null };
  }
}

export function askJson(address, value, headers = {}) {
  return ask("POST", address, JSON.stringify(value), { "Content-Type": "application/json", ...headers });
}

// A key of its own for each delivery, kept while the same is sent again, so that a lost answer never makes two of one.
export function freshKey() {
  const parts = crypto.getRandomValues(new Uint32Array(4));
  return `desk-${Array.from(parts, (part) => part.toString(16).padStart(8, "0")).join("")}`;
}
