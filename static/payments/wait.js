// Asks every three seconds whether the payment has arrived, then shows what became of it in place.
const { status, then, over, seconds, attempt } = document.querySelector("script[data-status]").dataset;
const ends = performance.now() + seconds * 1000;
const clock = document.querySelector("[data-left]");

async function ask() {
  const answer = await fetch(status).catch(() => null);
  const heard = answer?.ok || answer?.status === 410 ? await answer.json().catch(() => null) : null;
  const told = heard ?? { stage: "waiting" }; // a proxy or a hotel's network may answer in our place
  if (told.leads) location.assign(then);
  else if (told.stage !== "waiting") show(then);
  else if (attempt && told.attempt && told.attempt !== attempt) show(then); // another way was chosen
  else if (attempt && told.agreed) show(then); // scanned and agreed to: the code has served
  else if (performance.now() < ends) setTimeout(ask, 3000);
  else show(over ?? then);
}

// The same page as a reload would show, without one: the reader's place is its heading.
async function show(address) {
  const answer = await fetch(address).catch(() => null);
  if (!answer) return location.assign(address);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (page.querySelector("script[data-status]")) return location.assign(answer.url); // it waits by a script of its own
  const sheets = await Promise.all(sheetsOf(page).filter((sheet) => !sheetsOf(document).some((mine) => mine.href === sheet.href)).map(load));
  for (const link of sheets) link.removeAttribute("media");
  document.title = page.title;
  // The footer too: it names the address, and one that is new was not pushed down.
  for (const part of ["main", "footer"]) document.querySelector(part)?.replaceWith(page.querySelector(part) ?? "");
  history.replaceState(null, "", answer.url);
  document.querySelector("main").focus();
}

const sheetsOf = (page) => [...page.querySelectorAll("link[rel=stylesheet]")];

// Settles once the page can be shown in its own clothes; the page that still stands here keeps its own.
const load = (sheet) => new Promise((done) => {
  const link = document.importNode(sheet);
  link.media = "not all";
  link.onload = link.onerror = () => done(link);
  document.head.append(link);
});

function tick() {
  const left = Math.max(0, Math.round((ends - performance.now()) / 1000));
  clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  if (left && clock.isConnected) setTimeout(tick, 1000);
}

setTimeout(ask, 3000);
if (clock) {
  tick();
  clock.parentElement.hidden = false;
  document.querySelector("[data-whole]").hidden = true;
}
