// Sheets as CSV, TSV, HTML, LaTeX and drawn grids: the same bytes that the
// command line writes of the same sheet.

/**
 * @typedef {object} SheetCell
 * @property {string} text
 * @property {number} rowSpan      0 where another cell covers the place
 * @property {number} columnSpan
 * @property {boolean} heading
 * @property {boolean} number      stands to the right
 *
 * @typedef {object} Sheet
 * @property {string} title
 * @property {SheetCell[][]} rows  all of the same length
 *
 * @typedef {'csv' | 'tsv' | 'html' | 'latex' | 'grid'} SheetFormat
 */

/** Control characters become blanks. @param {string} text */
const oneLine = (text) => text.replace(/[\u0000-\u001f]/g, ' ');

/* ---- CSV and TSV ---- */

/** @param {string} text */
const csvField = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** @param {Sheet} sheet */
const csv = ({ rows }) =>
  rows.map((row) => row.map(({ text }) => csvField(text)).join(',') + '\r\n').join('');

/** @param {Sheet} sheet */
const tsv = ({ rows }) =>
  rows.map((row) => row.map(({ text }) => oneLine(text)).join('\t') + '\n').join('');

/* ---- HTML ---- */

/** @type {Record<string, string>} */
const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** @param {string} text */
const escaped = (text) => text.replace(/[&<>"']/g, (c) => ENTITIES[c]);

/** @param {SheetCell} cell */
function htmlCell({ text, rowSpan, columnSpan, heading, number }) {
  const tag = heading ? 'th' : 'td';
  const attributes = [
    heading ? ` scope="${columnSpan > 1 ? 'colgroup' : 'col'}"` : '',
    rowSpan > 1 ? ` rowspan="${rowSpan}"` : '',
    columnSpan > 1 ? ` colspan="${columnSpan}"` : '',
    number ? ' class="number"' : '',
  ].join('');
  return `<${tag}${attributes}>${text.split('\n').map(escaped).join('<br>')}</${tag}>`;
}

/** @param {Sheet} sheet */
function html({ title, rows }) {
  const caption = title ? `<caption>${escaped(title)}</caption>\n` : '';
  const body = rows
    .map((row) =>
      row
        .filter((cell) => cell.rowSpan > 0)
        .map(htmlCell)
        .join(''),
    )
    .map((cells) => `<tr>${cells}</tr>\n`);
  return `<table>\n${caption}${body.join('')}</table>\n`;
}

const HTML_STYLE = `<style>
body { font: 15px/1.4 system-ui, sans-serif; margin: 2em; }
table { border-collapse: collapse; margin: 0 0 2em; }
caption { text-align: left; font-weight: 600; padding: 0 0 .4em; }
th, td { border: 1px solid #bbb; padding: .25em .6em; text-align: left;
  vertical-align: top; }
th { background: #f2f2f2; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
</style>
`;

/** @param {string} title */
const htmlBegin = (title) =>
  '<!doctype html>\n<html>\n<head>\n<meta charset="utf-8">\n' +
  `<title>${escaped(title)}</title>\n${HTML_STYLE}</head>\n<body>\n`;

/* ---- LaTeX ---- */

/** @type {Record<string, string>} */
const LATEX = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
};

/** @param {string} text */
const latexText = (text) => oneLine(text).replace(/[\\~^<>|{}$&#_%]/g, (c) => LATEX[c] ?? `\\${c}`);

/** The column's numbers outweigh its texts. @param {Sheet} sheet @param {number} column */
function isRight({ rows }, column) {
  const cells = rows.map((row) => row[column]).filter((cell) => cell.text && !cell.heading);
  return cells.filter((cell) => cell.number).length * 2 > cells.length;
}

/** @param {SheetCell[]} row */
function latexRow(row) {
  /** @type {string[]} */
  const cells = [];
  for (let c = 0; c < row.length;) {
    const { text, rowSpan, columnSpan } = row[c];
    const span = columnSpan > 1 && rowSpan ? columnSpan : 1;
    cells.push(span > 1 ? `\\multicolumn{${span}}{l}{${latexText(text)}}` : latexText(text));
    c += span;
  }
  return cells.join(' & ') + ' \\\\\n';
}

/** @param {Sheet} sheet */
function latex(sheet) {
  const { title, rows } = sheet;
  const columns = rows[0].map((_, c) => (isRight(sheet, c) ? 'r' : 'l')).join('');
  const body = rows.map((row, r) => {
    const last = row[0].heading && !rows[r + 1]?.[0].heading;
    return latexRow(row) + (last ? '\\hline\n' : '');
  });
  const head = title ? `% ${oneLine(title)}\n` : '';
  return `${head}\\begin{tabular}{${columns}}\n\\hline\n${body.join('')}\\hline\n\\end{tabular}\n`;
}

/* ---- Grids ---- */

const WIDE = new RegExp(
  '[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f' +
    '\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]',
  'u',
);

/** Columns of a terminal. @param {string} text */
const columnsOf = (text) =>
  Array.from(text).reduce(
    (n, c) => n + (/[\p{Mn}\p{Me}\p{Cf}]/u.test(c) ? 0 : WIDE.test(c) ? 2 : 1),
    0,
  );

// Which ways lines go from where they meet: up 1, right 2, down 4, left 8.
const ONCE = ' │─└││┌├─┘─┴┐┤┬┼';
const TWICE = ' │═╘││╒╞═╛═╧╕╡╤╪';

class Grid {
  /** @param {Sheet} sheet */
  constructor({ title, rows }) {
    this.title = title;
    this.rows = rows;
    this.columns = rows[0].length;
    this.owner = rows.map((row, r) => row.map((_, c) => r * this.columns + c));
    this.#findOwners();
    this.widths = this.#measure();
  }

  #findOwners() {
    this.rows.forEach((row, r) =>
      row.forEach(({ rowSpan, columnSpan }, c) => {
        for (let y = r; y < Math.min(r + rowSpan, this.rows.length); y++) {
          for (let x = c; x < Math.min(c + columnSpan, this.columns); x++) {
            this.owner[y][x] = r * this.columns + c;
          }
        }
      }),
    );
  }

  /**
   * What a cell's columns have room for together.
   * @param {number[]} widths @param {number} c @param {number} span
   */
  #room(widths, c, span) {
    return widths.slice(c, c + span).reduce((a, b) => a + b, 0) + 3 * (span - 1);
  }

  #measure() {
    const widths = Array(this.columns).fill(1);
    for (let span = 1; span <= this.columns; span++) {
      for (const row of this.rows) {
        row.forEach((cell, c) => {
          if (!cell.rowSpan || cell.columnSpan !== span) return;
          const wanted = Math.max(1, ...cell.text.split('\n').map(columnsOf));
          const short = wanted - this.#room(widths, c, span);
          if (short > 0) widths[c + span - 1] += short;
        });
      }
    }
    return widths;
  }

  /** @param {number} r @param {number} c */
  #lineLeft(r, c) {
    if (r < 0 || r >= this.rows.length) return false;
    return c === 0 || c === this.columns || this.owner[r][c - 1] !== this.owner[r][c];
  }

  /** @param {number} r @param {number} c */
  #lineAbove(r, c) {
    if (c < 0 || c >= this.columns) return false;
    return r === 0 || r === this.rows.length || this.owner[r - 1][c] !== this.owner[r][c];
  }

  /** The line above a row; the last is below all. @param {number} r */
  #line(r) {
    const inside = r > 0 && r < this.rows.length;
    const twice = inside && this.rows[r - 1][0].heading && !this.rows[r][0].heading;
    let line = '';
    for (let c = 0; c <= this.columns; c++) {
      const ways =
        (this.#lineLeft(r - 1, c) ? 1 : 0) |
        (this.#lineAbove(r, c) ? 2 : 0) |
        (this.#lineLeft(r, c) ? 4 : 0) |
        (this.#lineAbove(r, c - 1) ? 8 : 0);
      line += (twice ? TWICE : ONCE)[ways];
      if (c === this.columns) break;
      const stroke = this.#lineAbove(r, c) ? (twice ? '═' : '─') : ' ';
      line += stroke.repeat(this.widths[c] + 2);
    }
    return line + '\n';
  }

  /**
   * One line of a row's texts.
   * @param {number} r @param {string[]} parts   of each column's cell
   */
  #texts(r, parts) {
    let line = '';
    for (let c = 0; c < this.columns;) {
      const owner = this.owner[r][c];
      const cell = this.rows[Math.floor(owner / this.columns)][owner % this.columns];
      let span = 1;
      while (c + span < this.columns && this.owner[r][c + span] === owner) span++;
      const free = ' '.repeat(Math.max(0, this.#room(this.widths, c, span) - columnsOf(parts[c])));
      line += cell.number ? `│ ${free}${parts[c]} ` : `│ ${parts[c]}${free} `;
      c += span;
    }
    return line + '│\n';
  }

  toString() {
    let out = this.title ? oneLine(this.title) + '\n' : '';
    this.rows.forEach((row, r) => {
      const lines = row.map((cell) => (cell.rowSpan ? cell.text.split('\n') : ['']));
      const height = Math.max(...lines.map((parts) => parts.length));
      out += this.#line(r);
      for (let y = 0; y < height; y++) {
        out += this.#texts(
          r,
          lines.map((parts) => oneLine(parts[y] ?? '').trim()),
        );
      }
    });
    return out + this.#line(this.rows.length);
  }
}

/* ---- All of them ---- */

const WRITERS = {
  csv,
  tsv,
  html,
  latex,
  grid: (/** @type {Sheet} */ sheet) => new Grid(sheet).toString(),
};

/** @param {Sheet} sheet @param {SheetFormat} format */
export const writeSheet = (sheet, format) =>
  sheet.rows.length && sheet.rows[0].length ? WRITERS[format](sheet) : '';

/**
 * A file of several sheets, with an empty line between.
 * @param {Sheet[]} sheets @param {SheetFormat} format @param {string} title   of the file
 */
export function writeSheets(sheets, format, title) {
  const written = sheets.map((sheet) => writeSheet(sheet, format)).filter(Boolean);
  if (format === 'html') return htmlBegin(title) + written.join('') + '</body>\n</html>\n';
  return written.join(format === 'csv' ? '\r\n' : '\n');
}
