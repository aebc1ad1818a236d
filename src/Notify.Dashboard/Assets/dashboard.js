// Notify's dashboard works without this script. It shows times in the viewer's zone, keeps the marked parts of a page current, shows
// events as they happen, and renders previews while a template is being written.
(() => {
  'use strict';

  const REFRESH_INTERVAL = 4000;
  const PREVIEW_DELAY = 400;
  const MAX_EVENTS = 200;
  const PAUSED = 'notify-dashboard-paused';

  const formats = {
    full: new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' }),
    minute: new Intl.DateTimeFormat(undefined, { timeStyle: 'short' }),
    // The bars of days are days of UTC.
    day: new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', timeZone: 'UTC' }),
  };

  const showTimes = root => {
    for (const time of root.querySelectorAll('time[datetime]')) {
      const at = new Date(time.dateTime);
      if (!Number.isNaN(at.getTime())) time.textContent = formats[time.dataset.format ?? 'full'].format(at);
    }
  };

  const isPaused = () => localStorage.getItem(PAUSED) === 'true';

  // Links are relative to the page from which a part comes, which may not be this one.
  const adopt = (part, url) => {
    for (const name of ['action', 'formaction', 'href', 'src']) {
      for (const element of part.querySelectorAll(`[${name}]`)) element.setAttribute(name, new URL(element.getAttribute(name), url).href);
    }
    return document.adoptNode(part);
  };

  // A part that the viewer is using stays as it is.
  const isInUse = part =>
    part.contains(document.activeElement) || [...part.querySelectorAll('details')].some(details => details.open && !details.hasAttribute('data-open'));

  const shown = new Map();

  // The page stays as it is, so the viewer must know that it is no longer current, and copy what they typed.
  const showEnd = () => {
    if (document.getElementById('ended')) return;
    const notice = document.createElement('p');
    notice.id = 'ended';
    notice.className = 'notice warn';
    notice.setAttribute('role', 'alert');
    const link = document.createElement('a');
    link.href = location.href;
    link.textContent = 'Load the page again';
    notice.append('Your session has ended, so this page is no longer updated, and forms are refused. ', link, '.');
    document.getElementById('main').prepend(notice);
  };

  const refresh = async () => {
    if (document.hidden || isPaused()) return;
    const response = await fetch(location.href, { headers: { Accept: 'text/html' }, credentials: 'same-origin' });
    if (response.redirected) showEnd();
    if (!response.ok || response.redirected) return;
    const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
    for (const part of document.querySelectorAll('[data-live]')) {
      const replacement = fresh.getElementById(part.id);
      if (!replacement || isInUse(part)) continue;
      const html = replacement.innerHTML;
      if (shown.get(part.id) === html) continue;
      shown.set(part.id, html);
      showTimes(replacement);
      part.replaceWith(adopt(replacement, response.url));
    }
  };

  const addPause = () => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'live-toggle';
    const show = () => {
      button.setAttribute('aria-pressed', String(!isPaused()));
      button.textContent = isPaused() ? 'Live updates: off' : 'Live updates: on';
    };
    button.addEventListener('click', () => {
      localStorage.setItem(PAUSED, String(!isPaused()));
      show();
      refresh().catch(() => {});
    });
    show();
    document.querySelector('header.top .who')?.prepend(button);
  };

  const startRefreshing = () => {
    if (!document.querySelector('[data-live], [data-tail]')) return;
    addPause();
    const next = () => setTimeout(() => refresh().catch(() => {}).finally(next), REFRESH_INTERVAL);
    if (document.querySelector('[data-live]')) next();
  };

  const addEvent = (list, html) => {
    const template = document.createElement('template');
    template.innerHTML = html;
    showTimes(template.content);
    list.prepend(template.content);
    while (list.children.length > MAX_EVENTS) list.lastElementChild.remove();
    document.getElementById('tail-empty')?.remove();
  };

  const startTail = () => {
    const list = document.querySelector('[data-tail]');
    if (!list) return;
    const state = document.getElementById('tail-state');
    let skipped = 0;
    let lost = false;
    const source = new EventSource(list.dataset.tail);
    source.addEventListener('open', () => {
      state.textContent = lost ? 'Connected again. Events of the meantime are not shown.' : '';
    });
    source.addEventListener('error', () => {
      lost = true;
      state.textContent =
        source.readyState === EventSource.CLOSED
          ? 'The server ended the stream. Load the page again.'
          : 'The connection is lost. It is tried again.';
    });
    source.addEventListener('message', message => {
      if (isPaused()) {
        state.textContent = `Live updates are off: ${++skipped} not shown.`;
        return;
      }
      if (skipped > 0) {
        skipped = 0;
        state.textContent = '';
      }
      addEvent(list, JSON.parse(message.data));
    });
  };

  const startPreview = () => {
    const form = document.querySelector('form[data-preview]');
    if (!form) return;
    let timer = 0;
    let number = 0;
    // The HTML of an email is posted into its frame.
    const showFrames = () => document.querySelectorAll('button[data-show]').forEach(button => button.click());
    const show = async () => {
      const mine = ++number;
      const button = form.querySelector('button[data-preview]');
      const response = await fetch(button.formAction, {
        method: 'POST',
        body: new URLSearchParams(new FormData(form)),
        credentials: 'same-origin',
      });
      // Saving would lose what was typed.
      if (response.redirected) showEnd();
      const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
      const part = fresh.getElementById(form.dataset.preview);
      if (!part || mine !== number) return;
      document.getElementById(form.dataset.preview).replaceWith(adopt(part, response.url));
      showFrames();
    };
    showFrames();
    form.addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(() => show().catch(() => {}), PREVIEW_DELAY);
    });
  };

  // A second click must not repeat an action.
  const guardForms = () => {
    document.addEventListener('submit', event => {
      const form = event.target;
      if (form.method !== 'post' || event.submitter?.formTarget) return;
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = 'true';
    });
    window.addEventListener('pageshow', () => {
      for (const form of document.forms) delete form.dataset.sent;
    });
  };

  // After a form, a screen reader begins with its result.
  document.querySelector('[data-focus]')?.focus();
  showTimes(document);
  startRefreshing();
  startTail();
  startPreview();
  guardForms();
})();
