// @ts-check
// Starts the page: opens the vault, and brings each step to life.

import { Actions } from "./action/action.js";
import { codePanel, coloured } from "./action/code.js";
import { refusal } from "./action/refusal.js";
import { Desk } from "./desk.js";
import { find } from "./element.js";
import { read as readKept, wipe } from "./host/kept.js";
import { policy } from "./host/policy.js";
import { openVaults } from "./host/vault.js";
import { RowsView } from "./rows/view.js";
import { chart } from "./speed/chart.js";
import { race } from "./speed/race.js";
import { revive, setTagsAndExpiry } from "./step/expiry.js";
import { make } from "./step/make.js";
import { read } from "./step/read.js";
import { LostReply, rotate } from "./step/rotate.js";
import { encrypt, updateFromCiphertext, updateFromFields } from "./step/update.js";
import { Tabs } from "./tabs.js";

const failed = find("#failed", HTMLElement);

try {
  await start();
  find("main", HTMLElement).inert = false;
  document.documentElement.dataset["ready"] = "";
} catch (error) {
  failed.hidden = false;
  failed.textContent = `The vault did not open: ${error instanceof Error ? error.message : "for an unknown reason"}.`;
  throw error;
}

async function start() {
  const tabs = new Tabs();
  const desk = new Desk();
  /** @type {Actions} */
  let actions;
  const vaults = await openVaults((callback, question) => actions.ask(callback, question));
  const changed = async () => {
    await rows.draw();
    tabs.tell("changed");
  };
  const rows = new RowsView(find("#rows", HTMLElement), vaults, desk, changed);
  actions = new Actions(() => vaults.vault.as(desk.caller), desk, changed);
  const lost = new LostReply(desk, vaults.line, await readKept("rotation"));
  await desk.refresh();

  actions.add("make", make(desk));
  actions.add("read", read(desk));
  actions.add("update", updateFromFields(desk));
  actions.add("encrypt", encrypt());
  actions.add("update-encrypted", updateFromCiphertext(desk));
  actions.add("rotate", rotate(desk));
  actions.add("lose", lost.lose());
  actions.add("repeat", lost.repeat());
  actions.add("label", setTagsAndExpiry(desk));
  actions.add("revive", revive(desk));

  find("#policy-code", HTMLElement).append(...coloured(String(policy)));
  const { panel, show } = codePanel("The code: open a vault");
  const opening = find("#open-code", HTMLElement);
  show(opening.textContent ?? "");
  opening.replaceWith(panel);

  tabs.listen({
    changed: async () => {
      await desk.refresh();
      await rows.draw();
    },
    // The keys are gone, too: this tab's vault could only write what nobody can open.
    wiped: () => location.reload(),
  });
  desk.onChange(() => rows.draw());
  await rows.draw();

  onSubmit("#wipe", async () => {
    await wipe();
    tabs.tell("wiped");
    location.reload();
  });
  const measured = find("#speed .result", HTMLElement);
  onSubmit("#speed form", async () => {
    measured.textContent = "Measuring, for about three seconds…";
    measured.replaceChildren(await race().then(chart, refusal));
  });
}

/** @param {string} selector @param {() => Promise<void>} work */
function onSubmit(selector, work) {
  const form = find(selector, HTMLFormElement);
  const button = find("button", HTMLButtonElement, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.ariaDisabled === "true") return;
    button.ariaDisabled = "true";
    await work();
    button.ariaDisabled = null;
  });
}
