// What the tests use of playwright-core. Its own declarations need the DOM's, which this project's code must not have.

export interface Browser {
  newContext(): Promise<BrowserContext>;
  close(): Promise<void>;
}

/** A profile of its own; its pages share what the browser keeps. */
export interface BrowserContext {
  newPage(): Promise<Page>;
}

export interface Page {
  goto(url: string): Promise<unknown>;
  reload(): Promise<unknown>;
  waitForFunction(expression: string): Promise<unknown>;
  on(event: "pageerror", listener: (error: Error) => void): unknown;
  /** Runs a function in the page; what it closes over is not there. */
  evaluate<R, A = undefined>(work: (argument: A) => R, argument?: A): Promise<Awaited<R>>;
}
