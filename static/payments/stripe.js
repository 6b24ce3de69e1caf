// Stripe's fields on our page: wallets above, the card below. Its script comes from Stripe alone, as it asks.
const form = document.querySelector("form[data-fields]");
const elsewhere = document.querySelector("form[data-elsewhere]");
const problem = form.querySelector("[data-problem]");
const button = form.querySelector("button");
const { script, key, secret, back, status, attempt } = form.dataset;
const declines = Object.entries(JSON.parse(document.querySelector("#declines").textContent));
const label = button.textContent;
let tries = 0;

const load = (address) => new Promise((done, failed) => {
  const tag = Object.assign(document.createElement("script"), { src: address, onload: done, onerror: failed });
  document.head.append(tag);
});

function say(text) {
  problem.textContent = text;
  problem.hidden = !text;
  button.disabled = false;
  button.textContent = label;
}

// A decline in our words; of what has no word here the shop asks Stripe, at most every three seconds.
function explain({ message, paymentFailed }) {
  const [ours] = declines.find(([, codes]) => codes.includes(paymentFailed?.declineCode)) ?? [];
  say(ours ?? message);
  const tried = tries;
  if (!ours) for (const wait of [0, 4000]) setTimeout(() => learn(Boolean(paymentFailed), tried), wait);
}

// Why it failed, or that these fields pay no more: the time is over, or another way was chosen elsewhere.
// It may be that the next try is on its way.
async function learn(failed, tried) {
  const answer = await fetch(status).catch(() => null);
  const told = answer?.ok || answer?.status === 410 ? await answer.json().catch(() => null) : null;
  const left = told?.attempt && told.attempt !== attempt;
  if (told && (left || told.stage !== "waiting")) location.assign(back);
  else if (failed && told?.why && tried === tries) say(told.why);
}

// The colours of our page, light or dark, for fields that stand in frames of their own.
function appearance() {
  const { fontFamily, color: colorText } = getComputedStyle(document.body);
  const { backgroundColor: colorBackground } = getComputedStyle(form);
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  return { theme: dark ? "night" : "stripe", variables: { fontFamily, colorText, colorBackground } };
}

// Stripe's names for languages: without their scripts, but for one.
function language() {
  const named = document.documentElement.lang.toLowerCase();
  return named.startsWith("zh-hant") ? "zh-TW" : named.split("-")[0];
}

// Nothing is confirmed but what stands on the button; Stripe insists that its total is read.
function asksWhatWeShow({ currency, minorUnitsAmountDivisor, total }) {
  const amount = total.total.minorUnitsAmount / minorUnitsAmountDivisor;
  return amount === Number(form.dataset.amount) && currency.toUpperCase() === form.dataset.currency;
}

async function open() {
  await load(script);
  const stripe = window.Stripe(key, { locale: language() });
  const checkout = stripe.initCheckoutElementsSdk({ clientSecret: secret, elementsOptions: { appearance: appearance() } });
  const loaded = await checkout.loadActions();
  if (loaded.type !== "success") throw new Error(loaded.error?.message);
  if (!asksWhatWeShow(loaded.actions.getSession())) throw new Error("The session asks for another amount than this page.");
  const pay = async (wallet) => {
    if (button.disabled && !wallet) return;
    say("");
    tries += 1;
    button.disabled = true;
    button.textContent = button.dataset.busy;
    const event = wallet ? { expressCheckoutConfirmEvent: wallet } : {};
    try {
      const result = await loaded.actions.confirm({ returnUrl: back, ...event });
      if (result.type === "error") explain(result.error);
    } catch (error) {
      show();
      throw error;
    }
  };
  form.hidden = false;
  // Each wallet has one button, above the card; Link fills in the card's fields as well.
  const card = checkout.createPaymentElement({ layout: "tabs", wallets: { applePay: "never", googlePay: "never" } });
  card.on("ready", () => {
    elsewhere.hidden = true;
    button.disabled = false;
  });
  card.on("loaderror", show);
  card.mount(form.querySelector("[data-card]"));
  const place = form.querySelector("[data-wallets]");
  const wallets = checkout.createExpressCheckoutElement();
  wallets.on("availablepaymentmethodschange", ({ paymentMethods }) => {
    place.hidden = !Object.values(paymentMethods ?? {}).some(({ available }) => available);
  });
  wallets.on("loaderror", () => {
    place.hidden = true;
  });
  wallets.on("confirm", pay);
  wallets.mount(place);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    pay();
  });
}

// What does not load leaves the way to the payment service's own page.
function show() {
  form.hidden = true;
  elsewhere.hidden = false;
}

open().catch(show);
