// What the page says, in every language; the texts come from the server's catalogue.

let texts = { zh: {}, en: {} };

export async function loadWords() {
  texts = await (await fetch("/api/words")).json();
}

export function say(language, key, values = {}) {
  const full = key.includes(".") ? key : `page.${key}`;
  let text = texts[language]?.[full] ?? texts.zh[full] ?? full;
  if (typeof text !== "string") text = (values.n === 1 && text.one) || text.other;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

export function isText(key) {
  return key in texts.zh;
}

export const LANGUAGES = ["zh", "en"];

export function languageFor(wish) {
  const short = (wish ?? "").toLowerCase().split("-")[0];
  return LANGUAGES.includes(short) ? short : null;
}
