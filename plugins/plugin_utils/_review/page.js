/* Copyright (c) 2026, Orgops
 * GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Search, sorting and counts for the long tables. The page is whole without it. */
"use strict";
for (const table of document.querySelectorAll("table.long")) {
  const grouped = table.tBodies.length > 1 || table.querySelector("th[scope=rowgroup]");
  const parts = grouped ? [...table.tBodies] : [...table.tBodies[0].rows];
  if (parts.length < 2) continue;
  if (parts.length > 7) find(table, parts);
  if (!grouped) sortable(table, parts); // people stay together with what they hold
}

function find(table, parts) {
  const scroll = table.parentElement;
  let tools = scroll.previousElementSibling;
  if (!tools || !tools.classList.contains("tools")) {
    tools = document.createElement("div");
    tools.className = "tools";
    scroll.before(tools);
  }
  const label = document.createElement("label");
  const search = document.createElement("input");
  search.type = "search";
  label.append("Search ", search);
  const count = document.createElement("span");
  count.setAttribute("role", "status");
  tools.append(label, count);

  const tell = () => {
    const shown = parts.filter((part) => part.getClientRects().length).length;
    count.textContent = `${shown} of ${parts.length} shown`;
  };
  search.addEventListener("input", () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const part of parts) {
      const text = part.textContent.toLowerCase();
      part.classList.toggle("unmatched", !words.every((word) => text.includes(word)));
    }
    tell();
  });
  tools.addEventListener("change", tell);
  tell();
}

function sortable(table, parts) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "\u2195";
    button.setAttribute("aria-label", `Sort by ${head.textContent.trim()}`);
    head.append(button); // beside the text: a printer repeats heads without what is in a button
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      const ranks = ["critical", "high", "medium", "low", "info"];
      const key = (row) => {
        const text = row.cells[column].textContent.trim();
        return ranks.includes(text) ? String(ranks.indexOf(text)) : text;
      };
      const order = new Intl.Collator("en", { numeric: true });
      const sorted = [...parts].sort((a, b) => order.compare(key(a), key(b)) * (down ? -1 : 1));
      for (const other of heads) {
        other.removeAttribute("aria-sort");
        other.querySelector("button").textContent = "\u2195";
      }
      button.textContent = down ? "\u2193" : "\u2191";
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      table.tBodies[0].append(...sorted);
    });
  });
}
