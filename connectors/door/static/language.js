// Both languages are in the page, so that nothing typed is lost when the reader changes; and words for what scripts say.
export const english = () => document.documentElement.lang === "en";

export function chosen(id) {
  return document.getElementById(id).content.cloneNode(true);
}

export const say = (name) => chosen(`say-${name}`);

export function both(text) {
  const part = document.createDocumentFragment();
  for (const [lang, words] of [["zh-CN", text.zh], ["en", text.en]]) {
    const span = document.createElement("span");
    span.lang = lang;
    span.textContent = words;
    part.append(span);
  }
  return part;
}

export function showTime(time, moment) {
  if (moment) time.dateTime = new Date(moment).toISOString();
  if (!time.dateTime) return;
  const options = { dateStyle: "medium", timeStyle: "medium" };
  time.textContent = new Date(time.dateTime).toLocaleString(english() ? "en-GB" : "zh-CN", options);
}

function speak(lang) {
  document.documentElement.lang = lang;
  const key = english() ? "en" : "zh";
  document.title = english() ? document.body.dataset.titleEn : document.body.dataset.titleZh;
  for (const option of document.querySelectorAll("option[data-zh]")) option.textContent = option.dataset[key];
  for (const form of document.querySelectorAll("form[action^='/providers/']")) {
    form.action = form.action.split("?")[0] + (english() ? "?lang=en" : "");
  }
  document.getElementById("language").href = english() ? "?lang=zh" : "?lang=en";
  history.replaceState(null, "", english() ? "?lang=en" : location.pathname);
  for (const time of document.querySelectorAll("time")) showTime(time);
}

document.getElementById("language").addEventListener("click", (event) => {
  event.preventDefault();
  speak(english() ? "zh-CN" : "en");
});
