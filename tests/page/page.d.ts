// What the tests use of playwright-core. Its own declarations need the DOM's, which this project's code must not have.

export interface Browser {
  newContext(options?: { colorScheme?: "light" | "dark"; permissions?: string[] }): Promise<Context>;
  close(): Promise<void>;
}

/** A profile of its own; its pages share what the browser keeps. */
export interface Context {
  newPage(): Promise<Page>;
  close(): Promise<void>;
}

export interface Page {
  on(event: "console", listener: (message: { type(): string; text(): string; location(): { url: string } }) => void): unknown;
  on(event: "pageerror", listener: (error: Error) => void): unknown;
  on(event: "requestfailed", listener: (request: { url(): string }) => void): unknown;
  on(event: "response", listener: (response: { url(): string; status(): number }) => void): unknown;
  goto(url: string): Promise<unknown>;
  reload(): Promise<unknown>;
  route(pattern: string, answer: (route: { fulfill(response: { status: number }): Promise<void> }) => unknown): Promise<void>;
  locator(selector: string): Locator;
  clock: { install(): Promise<void>; fastForward(millis: number): Promise<void> };
  evaluate(expression: string): Promise<any>;
  emulateMedia(media: { colorScheme?: "light" | "dark" }): Promise<void>;
  setViewportSize(size: { width: number; height: number }): Promise<void>;
  keyboard: { press(key: string): Promise<void>; type(text: string): Promise<void> };
}

export interface Locator {
  locator(selector: string): Locator;
  first(): Locator;
  nth(index: number): Locator;
  count(): Promise<number>;
  waitFor(options?: { timeout?: number; state?: "attached" | "detached" }): Promise<void>;
  click(): Promise<void>;
  check(options?: { force?: boolean }): Promise<void>;
  uncheck(): Promise<void>;
  fill(text: string): Promise<void>;
  selectOption(value: string): Promise<unknown>;
  inputValue(): Promise<string>;
  innerText(): Promise<string>;
  textContent(): Promise<string | null>;
  allInnerTexts(): Promise<string[]>;
}
