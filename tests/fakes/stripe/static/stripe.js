// A stand-in of Stripe.js: the part of it that works on Checkout Sessions with Elements.
(() => {
  "use strict";
  const ORIGIN = new URL(document.currentScript.src).origin;
  const TITLES = { payment: "Secure payment input frame", expressCheckout: "Secure express checkout frame" };

  class IntegrationError extends Error {
    name = "IntegrationError";
  }

  const form = (values) => {
    const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== null);
    return new URLSearchParams(given);
  };

  const failed = ({ message, decline_code: declineCode = null }) => ({
    message,
    code: "paymentFailed",
    paymentFailed: { declineCode },
  });

  class Listeners {
    #handlers = {};

    on(name, handler) {
      (this.#handlers[name] ??= []).push(handler);
      return this;
    }

    off(name, handler) {
      this.#handlers[name] = (this.#handlers[name] ?? []).filter((each) => handler && each !== handler);
      return this;
    }

    tell(name, told) {
      for (const handler of this.#handlers[name] ?? []) handler(told);
    }
  }

  // The shop has to show what it asks for: reading the total is noted, and confirm insists on it.
  const watched = (session, read) => {
    const note = (owner, names) => {
      const values = {};
      for (const name of names) values[name] = owner[name];
      for (const name of names) {
        Object.defineProperty(owner, name, { enumerable: true, get: () => (read.add(name), values[name]) });
      }
    };
    note(session, ["currency", "minorUnitsAmountDivisor"]);
    note(session.total.total, ["amount", "minorUnitsAmount"]);
    return session;
  };
  const hasShown = (read) =>
    read.has("amount") || ["minorUnitsAmount", "currency", "minorUnitsAmountDivisor"].every((each) => read.has(each));

  class Element extends Listeners {
    #checkout;
    #kind;
    #frame = null;
    #waiting = null;

    constructor(checkout, kind, options) {
      super();
      this.#checkout = checkout;
      this.#kind = kind;
      this.options = options ?? {};
      addEventListener("message", (event) => this.#hear(event));
    }

    mount(target) {
      const place = typeof target === "string" ? document.querySelector(target) : target;
      if (!place) throw new IntegrationError(`The selector you specified (${target}) applies to no DOM element.`);
      this.#frame = document.createElement("iframe");
      this.#frame.title = TITLES[this.#kind];
      this.#frame.style.cssText = "border:0;width:100%;height:1px;display:block";
      this.#checkout.secret.then((secret) => {
        const asked = form({ key: this.#checkout.key, client_secret: secret, host: location.hostname });
        this.#frame.src = `${ORIGIN}/elements/${this.#kind}?${asked}`;
        place.replaceChildren(this.#frame);
      });
    }

    unmount() {
      this.#frame?.remove();
      this.#frame = null;
    }

    destroy() {
      this.unmount();
    }

    get mounted() {
      return this.#frame !== null;
    }

    send(message) {
      this.#frame?.contentWindow?.postMessage(message, ORIGIN);
    }

    // The card's number stays in the frame, which asks for the payment itself.
    pay(values) {
      return new Promise((resolve) => {
        this.#waiting = resolve;
        this.send({ kind: "pay", values });
      });
    }

    #hear(event) {
      if (event.origin !== ORIGIN || !this.#frame || event.source !== this.#frame.contentWindow) return;
      const { kind, ...told } = event.data;
      if (kind === "height") this.#frame.style.height = `${told.height}px`;
      else if (kind === "result") this.#waiting?.(told.result);
      else this.#tell(kind, told);
    }

    #tell(kind, told) {
      if (kind === "ready") this.send({ kind: "appearance", appearance: this.#checkout.appearance });
      const paymentFailed = () => this.send({ kind: "failed" });
      const own = kind === "confirm" ? { ...told, paymentFailed } : told;
      this.tell(kind, { elementType: this.#kind, ...own });
    }
  }

  // Resolves once the shopper has answered their issuer; nothing else can be done meanwhile.
  const ask = (url) =>
    new Promise((resolve) => {
      const dialog = document.createElement("dialog");
      const frame = document.createElement("iframe");
      frame.title = "3D Secure";
      frame.src = `${url}?frame=1`;
      frame.style.cssText = "border:0;width:24rem;max-width:100%;height:18rem";
      dialog.append(frame);
      document.body.append(dialog);
      dialog.addEventListener("cancel", (event) => event.preventDefault());
      const hear = (event) => {
        if (event.origin !== new URL(url).origin || event.source !== frame.contentWindow) return;
        removeEventListener("message", hear);
        dialog.remove();
        resolve(event.data);
      };
      addEventListener("message", hear);
      dialog.showModal();
    });

  class Checkout extends Listeners {
    #elements = {};
    #read = new Set();
    #session = null;

    constructor(key, options) {
      super();
      if (!options?.clientSecret) throw new IntegrationError("initCheckoutElementsSdk needs a clientSecret.");
      this.key = key;
      this.secret = Promise.resolve(options.clientSecret);
      this.appearance = options.elementsOptions?.appearance ?? {};
    }

    createPaymentElement(options) {
      return this.#create("payment", options);
    }

    createExpressCheckoutElement(options) {
      return this.#create("expressCheckout", options);
    }

    getPaymentElement() {
      return this.#elements.payment ?? null;
    }

    getExpressCheckoutElement() {
      return this.#elements.expressCheckout ?? null;
    }

    changeAppearance(appearance) {
      this.appearance = appearance;
      for (const element of Object.values(this.#elements)) element.send({ kind: "appearance", appearance });
    }

    async loadActions() {
      const told = await this.#load();
      if (told.error) return { type: "error", error: told.error };
      return {
        type: "success",
        actions: {
          getSession: () => this.#session,
          confirm: (options) => this.#confirm(options ?? {}),
          updateEmail: (email) => this.#updateEmail(email),
        },
      };
    }

    #create(kind, options) {
      if (this.#elements[kind]) throw new IntegrationError(`Can only create one Element of type ${kind}.`);
      this.#elements[kind] = new Element(this, kind, options);
      return this.#elements[kind];
    }

    async #load() {
      const secret = await this.secret;
      const asked = form({ key: this.key, client_secret: secret, host: location.hostname });
      const answer = await fetch(`${ORIGIN}/v1/payment_pages/${secret.split("_secret_")[0]}/init?${asked}`);
      const told = await answer.json();
      if (!told.error) {
        this.#session = watched(told.session, this.#read);
        this.tell("change", this.#session);
      }
      return told;
    }

    async #updateEmail(email) {
      if (!/^\S+@\S+\.\S+$/.test(email)) {
        return { type: "error", error: { message: "Your email is invalid.", code: "invalidEmail" } };
      }
      this.#session = { ...this.#session, email };
      return { type: "success", session: this.#session };
    }

    async #confirm({ returnUrl, redirect, email, savePaymentMethod, expressCheckoutConfirmEvent: express }) {
      if (!hasShown(this.#read)) {
        throw new IntegrationError("Read session.total.total.amount, and show it, before you confirm.");
      }
      const element = express ? this.#elements.expressCheckout : this.#elements.payment;
      if (!element?.mounted) throw new IntegrationError("confirm needs an Element that is mounted.");
      const values = {
        email: email ?? this.#session.email ?? express?.billingDetails?.email,
        return_url: returnUrl,
        save: savePaymentMethod,
      };
      const result = await element.pay(values);
      return this.#finish(result, redirect ?? "always");
    }

    async #finish(result, redirect) {
      if (result.error) return { type: "error", error: result.error };
      if (result.challenge === "redirect") return this.#leave(result.url);
      if (result.challenge === "dialog") {
        const answer = await ask(result.url);
        if (answer.error) return { type: "error", error: failed(answer.error) };
      }
      if (redirect === "if_required") {
        await this.#load();
        return { type: "success", session: this.#session };
      }
      return this.#leave(result.return_url);
    }

    // Never resolves: the page is on its way out.
    #leave(url) {
      location.assign(url);
      return new Promise(() => {});
    }
  }

  window.Stripe = (key) => {
    if (!/^pk_(test|live)_/.test(key ?? "")) throw new IntegrationError("Please call Stripe() with your publishable key.");
    return { initCheckoutElementsSdk: (options) => new Checkout(key, options) };
  };
  window.Stripe.version = "stand-in";
})();
