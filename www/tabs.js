// @ts-check
// The other tabs of this page, which share what is kept.

export class Tabs {
  #channel = new BroadcastChannel("vaultlet-demo");

  /** @param {{ changed: () => void, wiped: () => void }} listeners */
  listen({ changed, wiped }) {
    this.#channel.onmessage = ({ data }) => (data === "wiped" ? wiped() : changed());
  }

  /** @param {"changed" | "wiped"} what */
  tell(what) {
    this.#channel.postMessage(what);
  }
}
