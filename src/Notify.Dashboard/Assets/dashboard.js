// Notify's dashboard works without this script. It shows times in the viewer's zone, keeps the marked parts of a page current, shows
// events as they happen, and renders previews while a template is being written.
(() => {
  'use strict';

  const REFRESH_INTERVAL = 4000;
  const PREVIEW_DELAY = 400;
  const MAX_EVENTS = 200;
  const PAUSED = 'notify-dashboard-paused';

  const format = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

  const showTimes = root => {
    for (const time of root.querySelectorAll('time[datetime]')) {
      const at = new Date(time.dateTime);
      if (!Number.isNaN(at.getTime())) time.textContent = format.format(at);
    }
  };

  const isPaused = () => localStorage.getItem(PAUSED) === 'true';

  // A part that the viewer is using stays as it is.
  const isInUse = part =>
    part.contains(document.activeElement) || [...part.querySelectorAll('details')].some(details => details.open && !details.hasAttribute('data-open'));

  const refresh = async () => {
    if (document.hidden || isPaused()) return;
    const response = await fetch(location.href, { headers: { Accept: 'text/html' }, credentials: 'same-origin' });
    if (!response.ok || response.redirected) return;
    const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
    for (const part of document.querySelectorAll('[data-live]')) {
      const replacement = fresh.getElementById(part.id);
      if (!replacement || isInUse(part)) continue;
      showTimes(replacement);
      if (part.innerHTML !== replacement.innerHTML) part.replaceWith(document.adoptNode(replacement));
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
    const source = new EventSource(list.dataset.tail);
    source.addEventListener('message', message => {
      if (!isPaused()) addEvent(list, JSON.parse(message.data));
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
      const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
      const part = fresh.getElementById(form.dataset.preview);
      if (!part || mine !== number) return;
      document.getElementById(form.dataset.preview).replaceWith(document.adoptNode(part));
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

  showTimes(document);
  startRefreshing();
  startTail();
  startPreview();
  guardForms();
})();
