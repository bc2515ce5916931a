// @ts-check
// Loaded before the command by `node --import`: at SIGUSR2 everything has inherited what a log line could say.

process.on("SIGUSR2", () => {
  for (const [name, value] of Object.entries({ status: "FOREIGN", code: "FOREIGN", callback: "foreign", requestId: "foreign", fault: { code: "FOREIGN", callback: "foreign" } })) {
    Object.defineProperty(Object.prototype, name, { value, writable: true, configurable: true });
  }
  // Nothing that the command prints.
  process.stderr.write("polluted\n");
});
