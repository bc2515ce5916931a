// @ts-check
// A table that reads well in a terminal and as Markdown.

/**
 * @param {string[]} head a heading that begins with a space is a column of figures, set to the right
 * @param {string[][]} rows
 */
export function table(head, rows) {
  const right = head.map((heading) => heading.startsWith(" "));
  const cells = [head.map((heading) => heading.trim()), ...rows];
  const widths = head.map((_, column) => Math.max(...cells.map((row) => [...(row[column] ?? "")].length)));
  const lines = cells.map(
    (row) => `| ${widths.map((width, column) => set(row[column] ?? "", width, right[column])).join(" | ")} |`,
  );
  const rule = `|${widths.map((width, column) => `${"-".repeat(width + 1)}${right[column] ? ":" : "-"}`).join("|")}|`;
  return [lines[0], rule, ...lines.slice(1)].join("\n");
}

/**
 * @param {string} text
 * @param {number} width
 * @param {boolean | undefined} right
 */
function set(text, width, right) {
  const space = " ".repeat(width - [...text].length);
  return right ? space + text : text + space;
}

/** Three figures or so, and no more than was measured. @param {number} value */
export function figure(value) {
  return value >= 100 ? grouped(Math.round(value)) : value.toFixed(value >= 10 ? 1 : 2);
}

/** @param {number} value a whole number */
export function grouped(value) {
  return value.toLocaleString("en-US");
}

/** @param {number} value */
export function times(value) {
  return `${figure(value)} ×`;
}
