// Inside an Element's frame: its fields, and the request that pays with them.
(() => {
  "use strict";
  const { cs, kind } = document.body.dataset;
  const fields = document.querySelector("form");
  const own = new URLSearchParams(location.search);

  const tell = (message) => parent.postMessage(message, "*");
  const grow = () => tell({ kind: "height", height: document.documentElement.offsetHeight });

  const post = async (values) => {
    const body = new URLSearchParams({ key: own.get("key"), client_secret: own.get("client_secret") });
    for (const [name, value] of Object.entries(values)) {
      if (value !== undefined && value !== null) body.set(name, value);
    }
    const answer = await fetch(`/v1/payment_pages/${cs}/confirm`, { method: "POST", body });
    return answer.json();
  };

  const chosen = () => {
    const given = Object.fromEntries(new FormData(fields));
    return { pay_with: "card", ...given };
  };

  const change = () => {
    const { pay_with: type, number, expiry, cvc } = chosen();
    const complete = type !== "card" || Boolean(number && expiry && cvc);
    const rows = fields.querySelector("[data-card]");
    if (rows) rows.hidden = type !== "card";
    tell({ kind: "change", complete, empty: type === "card" && !number, collapsed: false, value: { type } });
    grow();
  };

  const paint = ({ variables = {} } = {}) => {
    for (const [name, value] of Object.entries(variables)) {
      document.documentElement.style.setProperty(`--${name}`, value);
    }
    grow();
  };

  let wallet = null;
  addEventListener("message", async ({ source, data }) => {
    if (source !== parent) return;
    if (data.kind === "appearance") paint(data.appearance);
    if (data.kind !== "pay") return;
    const values = kind === "payment" ? chosen() : { pay_with: wallet };
    tell({ kind: "result", result: await post({ ...values, ...data.values }) });
  });

  if (kind === "payment") {
    fields.addEventListener("input", change);
    fields.addEventListener("submit", (event) => event.preventDefault());
  } else {
    fields.addEventListener("submit", (event) => {
      event.preventDefault();
      wallet = event.submitter.value;
      const billingDetails = { name: "Jenny Rosen", email: "jenny@example.com" };
      tell({ kind: "confirm", expressPaymentType: wallet, billingDetails });
    });
  }
  new ResizeObserver(grow).observe(document.documentElement);
  tell({ kind: "ready" });
  if (kind === "expressCheckout") {
    const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
    const wallets = [...fields.querySelectorAll("button")].map((each) => [camel(each.value), { available: true }]);
    const told = wallets.length ? { paymentMethods: Object.fromEntries(wallets) } : {};
    tell({ kind: "availablepaymentmethodschange", ...told });
  }
  if (kind === "payment") change();
})();
