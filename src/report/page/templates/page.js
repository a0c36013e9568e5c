// The list of findings: search, filters, sorting, a hundred at a time. Without it all of them are listed.
(() => {
  'use strict';
  const list = document.getElementById('list');
  if (!list) return;
  const AT_ONCE = 100;
  const get = (id) => document.getElementById(id);
  const form = get('find'), shown = get('shown'), pages = get('pages'), previous = get('previous'), next = get('next');
  const field = { q: get('q'), status: get('by-status'), code: get('by-code'), provider: get('by-provider'), sort: get('sort') };
  // Digits are found with and without the marks between their groups.
  const plain = (text) => text.toLowerCase().replace(/(\d)[\s\u202f\u00a0.,](?=\d{3}(?!\d))/g, '$1').replace(/\s+/g, ' ');
  const items = Array.from(list.children, (element, place) => {
    const data = element.dataset;
    const texts = Array.from(element.querySelectorAll('summary, .found, dl, .records'), (part) => part.textContent);
    return {
      element, place, text: plain(texts.join(' ')), title: element.querySelector('b').textContent,
      status: data.status, code: data.code, provider: data.provider, order: data.order,
      size: BigInt(data.size), age: Number(data.age),
    };
  });
  const words = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const ways = {
    first: () => 0,
    size: (a, b) => (a.size === b.size ? 0 : a.size < b.size ? 1 : -1),
    age: (a, b) => b.age - a.age,
    code: (a, b) => words.compare(a.title, b.title),
    order: (a, b) => (a.order === '') - (b.order === '') || words.compare(a.order, b.order),
  };
  const count = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, shown.dataset.mark);
  let fitting = items, from = 0, seen = new Set(items);

  const draw = () => {
    const to = Math.min(from + AT_ONCE, fitting.length);
    const now = new Set(fitting.slice(from, to));
    for (const item of seen) if (!now.has(item)) item.element.hidden = true;
    for (const item of now) if (!seen.has(item)) item.element.hidden = false;
    seen = now;
    const values = { first: count(from + 1), last: count(to), n: count(fitting.length) };
    shown.textContent = fitting.length === 0
      ? shown.dataset.none
      : shown.dataset.shown.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
    pages.hidden = fitting.length <= AT_ONCE;
    previous.disabled = from === 0;
    next.disabled = to === fitting.length;
  };
  const choose = () => {
    const terms = plain(field.q.value).split(' ').filter(Boolean);
    const is = (chosen, value) => chosen === '' || chosen === value;
    fitting = items.filter((item) => is(field.status.value, item.status) && is(field.code.value, item.code)
      && is(field.provider.value, item.provider) && terms.every((term) => item.text.includes(term)));
    from = 0;
    draw();
  };
  const sort = () => {
    items.sort((a, b) => ways[field.sort.value](a, b) || a.place - b.place);
    list.append(...items.map((item) => item.element));
    choose();
  };
  const turn = (by, button, other) => {
    from = Math.max(0, from + by);
    draw();
    list.scrollIntoView({ block: 'start' });
    (button.disabled ? other : button).focus({ preventScroll: true });
  };
  // A link to a finding shows it, whatever is chosen.
  const reveal = () => {
    const target = get(decodeURIComponent(location.hash.slice(1)));
    const details = target && target.querySelector(':scope > details');
    if (!details) return;
    if (target.parentElement === list) {
      if (target.hidden) {
        if (!fitting.some((item) => item.element === target)) { form.reset(); sort(); }
        from = Math.floor(fitting.findIndex((item) => item.element === target) / AT_ONCE) * AT_ONCE;
        draw();
      }
    }
    details.open = true;
    target.scrollIntoView({ block: 'start' });
    details.querySelector('summary').focus({ preventScroll: true });
  };

  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('reset', () => setTimeout(sort));
  field.q.addEventListener('input', choose);
  for (const select of [field.status, field.code, field.provider]) select.addEventListener('change', choose);
  field.sort.addEventListener('change', sort);
  previous.addEventListener('click', () => turn(-AT_ONCE, previous, next));
  next.addEventListener('click', () => turn(AT_ONCE, next, previous));
  for (const link of document.querySelectorAll('a[data-filter]')) {
    link.addEventListener('click', () => {
      form.reset();
      field.code.value = link.dataset.filter;
      field.status.value = link.dataset.filterStatus;
      setTimeout(choose);
    });
  }
  addEventListener('hashchange', reveal);
  form.hidden = shown.hidden = false;
  // A browser keeps what was chosen when a page is loaded again.
  sort();
  reveal();
})();
