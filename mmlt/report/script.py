"""What the page can do where its reader allows scripts: sort, and filter.

Without it the tables are as they are, whole and in order. It asks for
nothing: no network, no storage.
"""

__all__ = ['SCRIPT']

SCRIPT = """
'use strict';
(() => {
  const make = (name, settings, parent) => {
    const element = Object.assign(document.createElement(name), settings);
    if (parent) parent.append(element);
    return element;
  };
  const keyOf = (cell) => {
    const text = (cell.dataset.key ?? cell.textContent).trim();
    const plain = text.replace(/,/g, '').replace(/^\\u2212/, '-');
    const number = /^[-+]?[\\d.]/.test(plain) ? parseFloat(plain) : NaN;
    return { text, number };
  };
  const compare = (numeric, sign) => (a, b) => {
    if (!numeric) return sign * a.key.text.localeCompare(
      b.key.text, undefined, { numeric: true });
    const [x, y] = [a.key.number, b.key.number];
    // what was not measured stays below, whichever way
    if (isNaN(x) || isNaN(y)) return isNaN(x) - isNaN(y);
    return sign * (x - y);
  };
  const enhance = (table) => {
    const body = table.tBodies[0];
    const rows = [...body.rows];
    const heads = [...table.tHead.querySelectorAll('th[scope=col]')];
    const said = make('span', { className: 'said' });
    said.setAttribute('role', 'status');
    const sort = (column) => {
      const head = heads[column];
      const numeric = head.dataset.number !== undefined;
      const now = head.getAttribute('aria-sort');
      const first = numeric ? 'descending' : 'ascending';
      const other = numeric ? 'ascending' : 'descending';
      const next = now === first ? other : first;
      heads.forEach((h) => h.removeAttribute('aria-sort'));
      head.setAttribute('aria-sort', next);
      const sign = next === 'ascending' ? 1 : -1;
      const keyed = rows.map((row) =>
        ({ row, key: keyOf(row.cells[column]) }));
      keyed.sort(compare(numeric, sign));
      body.append(...keyed.map((entry) => entry.row));
    };
    heads.forEach((head, column) => {
      const button = make('button', { type: 'button' });
      button.append(...head.childNodes);
      button.addEventListener('click', () => sort(column));
      head.append(button);
    });
    const tools = make('p', { className: 'tools' });
    const label = make('label', { textContent: 'Filter by name ' }, tools);
    const box = make('input', { type: 'search', autocomplete: 'off' }, label);
    tools.append(said);
    const filter = () => {
      const wanted = box.value.trim().toLowerCase();
      let left = 0;
      rows.forEach((row) => {
        const name = row.cells[0].textContent.toLowerCase();
        row.hidden = !name.includes(wanted);
        left += !row.hidden;
      });
      said.textContent = `${left} of ${rows.length}`;
    };
    box.addEventListener('input', filter);
    filter();
    table.closest('.scroll').before(tools);
  };
  document.querySelectorAll('table.sortable').forEach(enhance);
})();
"""
