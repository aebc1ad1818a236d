// <notify-inbox>: a bell with the number of unread messages, and the list of messages behind it.
//
//   <script type="module" src="https://notify.example.org/v1/inbox/notify-inbox.js"></script>
//   <notify-inbox token-url="/my-backend/inbox-token"></notify-inbox>
//
// It works under a strict content security policy: no inline script or style, and no HTML is parsed. Texts of messages only ever
// become text, and only http and https URLs become links.

const TEXTS = {
  title: "Notifications",
  bell: "Notifications, {count} unread",
  empty: "You have no notifications.",
  error: "The notifications could not be loaded.",
  retry: "Try again",
  "mark-all": "Mark all as read",
  "mark-read": "Mark as read",
  "mark-unread": "Mark as unread",
  archive: "Archive",
  more: "Load more",
  close: "Close",
  unread: "Unread",
  arrived: "New notification: {title}",
};

const CSS = `
:host {
  --bg: #fff; --fg: #1f2328; --muted: #59636e; --line: #d1d9e0; --accent: #0550ae; --badge: #b62324; --on-badge: #fff;
  color-scheme: light; display: inline-block; position: relative; font: 14px/1.45 system-ui, sans-serif;
}
@media (prefers-color-scheme: dark) {
  :host(:not([theme="light"])) {
    --bg: #151b23; --fg: #f0f6fc; --muted: #9198a1; --line: #3d444d; --accent: #79c0ff; --badge: #ff7b72; --on-badge: #151b23;
    color-scheme: dark;
  }
}
:host([theme="dark"]) {
  --bg: #151b23; --fg: #f0f6fc; --muted: #9198a1; --line: #3d444d; --accent: #79c0ff; --badge: #ff7b72; --on-badge: #151b23;
  color-scheme: dark;
}
[hidden] { display: none !important; }
button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; text-align: start; }
button:focus-visible, a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
.bell { position: relative; padding: 6px; color: inherit; }
.bell svg { display: block; width: 22px; height: 22px; }
.badge {
  position: absolute; inset-block-start: -2px; inset-inline-end: -4px; min-width: 18px; padding: 0 4px; box-sizing: border-box;
  border-radius: 9px; background: var(--badge); color: var(--on-badge); font-size: 11px; line-height: 18px; text-align: center;
}
.panel {
  position: absolute; z-index: 1000; inset-block-start: 100%; inset-inline-end: 0; width: min(380px, 92vw); max-height: 70vh;
  overflow: auto; background: var(--bg); color: var(--fg); border: 1px solid var(--line); border-radius: 8px;
  box-shadow: 0 8px 24px rgb(0 0 0 / 20%);
}
header { position: sticky; inset-block-start: 0; display: flex; gap: 12px; align-items: center; padding: 10px 14px;
  background: var(--bg); border-block-end: 1px solid var(--line); }
h2 { margin: 0; font-size: 15px; flex: 1; }
ul { list-style: none; margin: 0; padding: 0; }
li { display: flex; gap: 10px; padding: 10px 14px; border-block-end: 1px solid var(--line); }
li .dot { flex: none; width: 8px; height: 8px; margin-block-start: 6px; border-radius: 50%; }
li.unread .dot { background: var(--accent); }
li img { flex: none; width: 36px; height: 36px; border-radius: 6px; object-fit: cover; }
.text { flex: 1; min-width: 0; overflow-wrap: anywhere; }
.main { display: block; width: 100%; color: inherit; text-decoration: none; }
li.unread .main strong { font-weight: 700; }
.main strong { font-weight: 500; display: block; }
.main span { white-space: pre-line; }
time { color: var(--muted); font-size: 12px; }
.actions, .tools { display: flex; flex-wrap: wrap; gap: 10px; margin-block-start: 4px; }
.actions a, .tools button, header button, .more { color: var(--accent); font-size: 13px; }
.message { padding: 20px 14px; color: var(--muted); text-align: center; }
.more { display: block; width: 100%; padding: 10px; text-align: center; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
`;

const SVG = "http://www.w3.org/2000/svg";
const BELL = "M12 2a6 6 0 0 0-6 6v4.5L4.3 16a1 1 0 0 0 .9 1.5h13.6a1 1 0 0 0 .9-1.5L18 12.5V8a6 6 0 0 0-6-6Zm0 20a3 3 0 0 0 "
  + "2.8-2.5H9.2A3 3 0 0 0 12 22Z";
const MAX_BADGE = 99;
const FIRST_DELAY = 1000;
const LONGEST_DELAY = 30000;

let sheet;

class NotifyInbox extends HTMLElement {
  static observedAttributes = ["token", "token-url", "endpoint", ...Object.keys(TEXTS).map((name) => `text-${name}`)];

  #items = new Map();
  #unread = 0;
  #mayBeMore = false;
  #next = null;
  #isLoaded = false;
  #hasFailed = false;
  #token = null;
  #tokenProvider = null;
  #lastEventId = null;
  #stop = null;
  #parts = null;

  connectedCallback() {
    this.#build();
    // A page may have set the property before this script was loaded.
    if (Object.hasOwn(this, "tokenProvider")) {
      this.#tokenProvider = this.tokenProvider;
      delete this.tokenProvider;
    }
    this.#start();
  }

  disconnectedCallback() {
    this.#stop?.abort();
    this.#stop = null;
    document.removeEventListener("pointerdown", this.#closeOutside);
  }

  attributeChangedCallback(name, before, after) {
    if (!this.isConnected || !this.#parts || before === after)
      return;
    if (name.startsWith("text-"))
      this.#render();
    else
      this.#start();
  }

  /** A function that returns a token, or a promise of one. It replaces the attributes token and token-url. */
  get tokenProvider() {
    return this.#tokenProvider;
  }

  set tokenProvider(value) {
    this.#tokenProvider = value;
    if (this.isConnected)
      this.#start();
  }

  /** Whether the list is open. */
  get open() {
    return this.#parts ? !this.#parts.panel.hidden : false;
  }

  set open(value) {
    if (!this.#parts || this.open === Boolean(value))
      return;
    const { bell, panel } = this.#parts;
    panel.hidden = !value;
    bell.setAttribute("aria-expanded", String(Boolean(value)));
    if (value) {
      document.addEventListener("pointerdown", this.#closeOutside);
      (this.#mains()[0] ?? this.#parts.close).focus();
    } else {
      document.removeEventListener("pointerdown", this.#closeOutside);
      bell.focus();
    }
  }

  /** The number of unread messages. */
  get unread() {
    return this.#unread;
  }

  // The element of the page

  #build() {
    if (this.#parts)
      return;
    const root = this.attachShadow({ mode: "open" });
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(CSS);
    }
    root.adoptedStyleSheets = [sheet];

    const bell = create("button", { type: "button", class: "bell", "aria-haspopup": "dialog", "aria-expanded": "false" });
    const icon = document.createElementNS(SVG, "svg");
    icon.setAttribute("viewBox", "0 0 24 24");
    icon.setAttribute("aria-hidden", "true");
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", BELL);
    path.setAttribute("fill", "currentColor");
    icon.append(path);
    const badge = create("span", { class: "badge", "aria-hidden": "true", hidden: "" });
    bell.append(icon, badge);
    bell.addEventListener("click", () => (this.open = !this.open));

    const panel = create("div", { class: "panel", id: "panel", role: "dialog", "aria-labelledby": "title", hidden: "" });
    bell.setAttribute("aria-controls", "panel");
    const header = create("header");
    const title = create("h2", { id: "title" });
    const markAll = create("button", { type: "button", class: "mark-all" });
    markAll.addEventListener("click", () => this.#mark("read", null));
    const close = create("button", { type: "button", class: "close" });
    close.addEventListener("click", () => (this.open = false));
    header.append(title, markAll, close);
    const list = create("ul", { role: "list" });
    const message = create("div", { class: "message" });
    const retry = create("button", { type: "button", class: "more retry" });
    retry.addEventListener("click", () => this.#reload());
    const more = create("button", { type: "button", class: "more load" });
    more.addEventListener("click", () => this.#loadMore());
    panel.append(header, list, message, retry, more);
    panel.addEventListener("keydown", (event) => this.#onKey(event));

    const status = create("div", { class: "sr", role: "status", "aria-live": "polite" });
    root.append(bell, panel, status);
    this.#parts = { bell, badge, panel, title, markAll, close, list, message, retry, more, status };
    this.#render();
  }

  #closeOutside = (event) => {
    if (!event.composedPath().includes(this))
      this.open = false;
  };

  #onKey(event) {
    if (event.key === "Escape") {
      event.stopPropagation();
      this.open = false;
      return;
    }
    const mains = this.#mains();
    const at = mains.indexOf(this.shadowRoot.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? mains.length - 1 : at - 1, Home: 0, End: mains.length - 1 }[event.key];
    if (to === undefined || mains.length === 0)
      return;
    event.preventDefault();
    mains[Math.min(Math.max(to, 0), mains.length - 1)].focus();
  }

  #mains() {
    return [...this.#parts.list.querySelectorAll(".main")];
  }

  #text(name, values = {}) {
    const text = this.getAttribute(`text-${name}`) ?? TEXTS[name];
    return text.replace(/\{(\w+)\}/g, (_, key) => String(values[key] ?? ""));
  }

  #render() {
    const { bell, badge, title, markAll, close, list, message, retry, more } = this.#parts;
    const count = this.#mayBeMore ? `${this.#unread}+` : String(this.#unread);
    bell.setAttribute("aria-label", this.#text("bell", { count }));
    badge.textContent = this.#unread > MAX_BADGE ? `${MAX_BADGE}+` : String(this.#unread);
    badge.hidden = this.#unread === 0;
    title.textContent = this.#text("title");
    markAll.textContent = this.#text("mark-all");
    markAll.hidden = this.#unread === 0;
    close.textContent = this.#text("close");
    more.textContent = this.#text("more");
    more.hidden = this.#next === null;
    retry.textContent = this.#text("retry");
    retry.hidden = !this.#hasFailed;

    const items = this.#sorted();
    message.hidden = items.length > 0 && !this.#hasFailed;
    message.textContent = this.#hasFailed ? this.#text("error") : this.#isLoaded ? this.#text("empty") : "";
    this.#renderList(list, items);
  }

  // Keeps the elements of known messages, so that the focus stays where it is.
  #renderList(list, items) {
    const focused = this.shadowRoot.activeElement;
    const place = focused?.closest("li")?.dataset.id;
    const known = new Map([...list.children].map((element) => [element.dataset.id, element]));
    const elements = items.map((item) => {
      const version = JSON.stringify([item, this.#language(), this.#labels()]);
      const old = known.get(item.id);
      return old?.version === version ? old : Object.assign(this.#createItem(item), { version });
    });
    if (elements.length !== list.children.length || elements.some((element, i) => element !== list.children[i]))
      list.replaceChildren(...elements);
    if (place && this.shadowRoot.activeElement !== focused) {
      const again = elements.find((element) => element.dataset.id === place);
      const same = again?.querySelector(`[data-part="${focused.dataset.part}"]`) ?? again?.querySelector(".main");
      (same ?? this.#mains()[0] ?? this.#parts.close).focus();
    }
  }

  #labels() {
    return ["mark-read", "mark-unread", "archive", "unread"].map((name) => this.#text(name));
  }

  #createItem(item) {
    const element = create("li", { class: item.readAt ? "read" : "unread" });
    element.dataset.id = item.id;
    element.append(create("span", { class: "dot", "aria-hidden": "true" }));
    const image = toWebUrl(item.imageUrl);
    if (image) {
      const picture = create("img", { src: image, alt: "", loading: "lazy", referrerpolicy: "no-referrer" });
      picture.addEventListener("error", () => picture.remove());
      element.append(picture);
    }

    const text = create("div", { class: "text" });
    text.append(this.#createMain(item), this.#createTime(item));
    const actions = (item.actions ?? []).filter((action) => toWebUrl(action.url));
    if (actions.length > 0) {
      const row = create("div", { class: "actions" });
      actions.forEach((action, i) => row.append(this.#createLink(item, action.url, `action-${i}`, action.label)));
      text.append(row);
    }
    text.append(this.#createTools(item));
    element.append(text);
    return element;
  }

  #createMain(item) {
    const main = toWebUrl(item.url) ? this.#createLink(item, item.url, "main") : create("button", { type: "button" });
    if (main.localName === "button")
      main.addEventListener("click", () => this.#select(item, null));
    main.classList.add("main");
    main.dataset.part = "main";
    if (!item.readAt)
      main.append(create("span", { class: "sr" }, `${this.#text("unread")}: `));
    if (item.title)
      main.append(create("strong", {}, item.title));
    if (item.body)
      main.append(create("span", {}, item.body));
    return main;
  }

  #createLink(item, url, part, label = "") {
    const link = create("a", { href: toWebUrl(url), rel: "noopener" }, label);
    if (this.hasAttribute("link-target"))
      link.target = this.getAttribute("link-target");
    link.dataset.part = part;
    link.addEventListener("click", (event) => this.#select(item, event));
    return link;
  }

  #createTime(item) {
    const time = create("time", { datetime: item.createdAt });
    const at = new Date(item.createdAt);
    try {
      time.textContent = new Intl.DateTimeFormat(this.#language(), { dateStyle: "medium", timeStyle: "short" }).format(at);
    } catch {
      time.textContent = at.toLocaleString();
    }
    return time;
  }

  #createTools(item) {
    const tools = create("div", { class: "tools" });
    const mark = item.readAt ? "unread" : "read";
    const toggle = create("button", { type: "button" }, this.#text(`mark-${mark}`));
    toggle.dataset.part = "toggle";
    toggle.addEventListener("click", () => this.#mark(mark, item));
    const archive = create("button", { type: "button" }, this.#text("archive"));
    archive.dataset.part = "archive";
    archive.addEventListener("click", () => this.#mark("archived", item));
    tools.append(toggle, archive);
    return tools;
  }

  #language() {
    return this.closest("[lang]")?.lang || document.documentElement.lang || undefined;
  }

  // A page can handle the event notify-select itself, for example to change its view instead of loading another page.
  #select(item, click) {
    const event = new CustomEvent("notify-select", { detail: { item }, bubbles: true, composed: true, cancelable: true });
    if (!this.dispatchEvent(event))
      click?.preventDefault();
    if (!item.readAt)
      this.#mark("read", item);
  }

  // The messages

  #sorted() {
    return [...this.#items.values()].sort((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt) || (a.id < b.id ? 1 : -1));
  }

  #start() {
    this.#stop?.abort();
    this.#stop = new AbortController();
    this.#token = null;
    this.#lastEventId = null;
    this.#items.clear();
    this.#isLoaded = false;
    this.#render();
    if (!this.#tokenProvider && !this.hasAttribute("token") && !this.hasAttribute("token-url"))
      return;
    this.#listen(this.#stop.signal);
  }

  // The stream is opened before the list is read, so no message is missed between the two.
  async #listen(signal) {
    for (let delay = FIRST_DELAY; !signal.aborted; delay = Math.min(delay * 2, LONGEST_DELAY)) {
      try {
        const headers = this.#lastEventId ? { "Last-Event-ID": this.#lastEventId } : {};
        const response = await this.#call("/events", { headers, signal });
        if (!this.#isLoaded)
          await this.#reload();
        for await (const { type, data, id } of readEvents(response.body)) {
          delay = FIRST_DELAY;
          this.#lastEventId = id ?? this.#lastEventId;
          await this.#receive(type, data);
        }
      } catch (error) {
        if (signal.aborted)
          return;
        if (!this.#isLoaded)
          this.#fail();
      }
      await wait(delay * (0.5 + Math.random() / 2), signal);
    }
  }

  async #receive(type, data) {
    if (type === "item")
      this.#put(data, true);
    else if (type === "unread")
      this.#setUnread(data);
    else if (type === "reset")
      await this.#reload();
  }

  #put(item, isLive) {
    const known = this.#items.get(item.id);
    if (item.archivedAt) {
      this.#items.delete(item.id);
    } else {
      const oldest = this.#sorted().at(-1);
      // A message that belongs to a page that is not loaded yet appears with that page.
      if (!known && this.#next !== null && oldest && Date.parse(item.createdAt) < Date.parse(oldest.createdAt))
        return;
      this.#items.set(item.id, item);
      if (isLive && !known && !item.readAt)
        this.#parts.status.textContent = this.#text("arrived", { title: item.title ?? item.body });
    }
    this.#render();
  }

  #setUnread({ unread, mayBeMore }) {
    const changed = unread !== this.#unread;
    [this.#unread, this.#mayBeMore] = [unread, mayBeMore];
    this.#render();
    if (changed)
      this.dispatchEvent(new CustomEvent("notify-unread", { detail: { unread, mayBeMore }, bubbles: true, composed: true }));
  }

  async #reload() {
    try {
      const page = await this.#read("");
      this.#items.clear();
      page.items.forEach((item) => this.#items.set(item.id, item));
      this.#next = toCursor(page.next);
      [this.#isLoaded, this.#hasFailed] = [true, false];
      this.#render();
    } catch (error) {
      this.#fail();
    }
  }

  async #loadMore() {
    try {
      const focus = this.shadowRoot.activeElement === this.#parts.more;
      const before = this.#items.size;
      const page = await this.#read(`&after=${encodeURIComponent(this.#next)}`);
      page.items.forEach((item) => this.#items.set(item.id, item));
      this.#next = toCursor(page.next);
      this.#render();
      if (focus)
        this.#mains()[before]?.focus();
    } catch (error) {
      this.#fail();
    }
  }

  async #read(after) {
    const limit = Math.min(Math.max(Number.parseInt(this.getAttribute("limit") ?? "20", 10) || 20, 1), 100);
    const response = await this.#call(`?limit=${limit}${after}`, { signal: this.#stop?.signal });
    return response.json();
  }

  // Shows the new state at once. The stream confirms it.
  async #mark(mark, item) {
    const now = new Date().toISOString();
    const changed = item ? [item] : [...this.#items.values()];
    for (const one of changed) {
      if (mark === "archived")
        this.#items.delete(one.id);
      else
        this.#items.set(one.id, { ...one, readAt: mark === "read" ? (one.readAt ?? now) : undefined });
    }
    this.#render();
    try {
      const body = JSON.stringify(item ? { mark, ids: [item.id] } : { mark, all: true });
      const headers = { "Content-Type": "application/json" };
      // The page may be left in this moment, because the user followed a link.
      await this.#call("/mark", { method: "POST", headers, body, keepalive: true });
      this.#setUnread(await (await this.#call("/unread", {})).json());
    } catch (error) {
      await this.#reload();
    }
  }

  #fail() {
    this.#hasFailed = true;
    this.#render();
  }

  // The calls

  async #call(path, options, isRepeated = false) {
    const token = (this.#token ??= await this.#fetchToken());
    const endpoint = (this.getAttribute("endpoint") ?? new URL(".", import.meta.url).href).replace(/\/$/, "");
    const headers = { ...options.headers, Authorization: `Bearer ${token}` };
    const response = await fetch(endpoint + path, { ...options, headers, credentials: "omit", cache: "no-store" });
    if (response.status === 401 && !isRepeated) {
      this.#token = null;
      return this.#call(path, options, true);
    }
    if (!response.ok)
      throw new Error(`The inbox answered ${response.status}.`);
    return response;
  }

  async #fetchToken() {
    if (this.#tokenProvider)
      return this.#tokenProvider();
    if (!this.hasAttribute("token-url"))
      return this.getAttribute("token");
    const response = await fetch(this.getAttribute("token-url"), { method: "POST", credentials: "same-origin" });
    if (!response.ok)
      throw new Error(`The URL of the token answered ${response.status}.`);
    return (await response.json()).token;
  }
}

// Creates an element with attributes and text. Text never becomes HTML.
function create(name, attributes = {}, text = "") {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes))
    element.setAttribute(key, value);
  if (text)
    element.textContent = text;
  return element;
}

// Returns an absolute http or https URL; null for all others, such as javascript:.
function toWebUrl(text) {
  if (!text)
    return null;
  try {
    const url = new URL(text, document.baseURI);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

function toCursor(next) {
  return next ? new URL(next, document.baseURI).searchParams.get("after") : null;
}

// Reads server-sent events. EventSource cannot send a token in a header.
async function* readEvents(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  try {
    while (true) {
      const { value, done } = await reader.read();
      if (done)
        return;
      const events = (text + value).split("\n\n");
      text = events.pop();
      for (const event of events) {
        const fields = Object.fromEntries(event.split("\n").map((line) => [line.split(": ", 1)[0], line.replace(/^\w+: ?/, "")]));
        yield { type: fields.event, id: fields.id, data: fields.data ? JSON.parse(fields.data) : null };
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function wait(milliseconds, signal) {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener("abort", end);
  });
}

if (!customElements.get("notify-inbox"))
  customElements.define("notify-inbox", NotifyInbox);

export { NotifyInbox };
