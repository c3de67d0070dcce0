import {
  type AppNotification,
  type AppRequest,
  asObject,
  Flood,
  heightFor,
  heights,
  mostCallsAtOnce,
  mostCallsInAll,
  outsideUrl,
  readAppMessage,
} from './app-message.ts';

/** The protocol of MCP Apps that is spoken here. */
const protocolVersion = '2026-01-26';

/** What an App asked for is refused by throwing this; its words go to the App. */
export class AppRefusal extends Error {}

export interface AppHostOptions {
  /** The tool's definition, its arguments and its result: what the App shows. */
  readonly tool: unknown;
  readonly input: Readonly<Record<string, unknown>>;
  readonly result: unknown;
  /** Calls a tool of the same server as the same agent, if the person lets it. Rejects with `AppRefusal`. */
  readonly callTool: (name: string, input: Readonly<Record<string, unknown>>) => Promise<unknown>;
  /** Asks the person whether to open an address, and opens it. */
  readonly openLink: (url: string) => Promise<boolean>;
  readonly onHeight: (height: number) => void;
  /** The App was ended, with why. */
  readonly onEnd: (why: string) => void;
}

const methodNotFound = -32601;
const invalidParams = -32602;
const refused = -32000;

/**
 * Our side of one App (MCP Apps 2026-01-26, JSON-RPC over `postMessage`). It hears its own frame alone,
 * gives it the HTML once, and answers what is listed here; all else is refused.
 */
export class AppHost {
  readonly #frame: HTMLIFrameElement;
  readonly #options: AppHostOptions;
  readonly #flood = new Flood();
  readonly #stop = new AbortController();
  #html: string | undefined;
  #underWay = 0;
  #calls = 0;
  #asking = false;
  #started = false;

  constructor(frame: HTMLIFrameElement, html: string, options: AppHostOptions) {
    this.#frame = frame;
    this.#html = html;
    this.#options = options;
    globalThis.addEventListener('message', (event) => this.#hear(event), {
      signal: this.#stop.signal,
    });
  }

  end(): void {
    this.#stop.abort();
  }

  #hear(event: MessageEvent): void {
    // Its origin is opaque, so it is known by its window alone.
    if (event.source === null || event.source !== this.#frame.contentWindow) return;
    if (event.origin !== 'null') return;
    if (this.#flood.isTooMuch(Date.now())) {
      this.end();
      this.#options.onEnd('The App sent too many messages, so it was ended.');
      return;
    }
    if (asObject(event.data)?.['plugboardFrame'] === 'ready') {
      // Once: a frame that goes elsewhere and comes back has nothing more to get.
      const html = this.#html;
      this.#html = undefined;
      if (html !== undefined) this.#send({ plugboardApp: html });
      return;
    }
    const message = readAppMessage(event.data);
    if (message?.kind === 'request') void this.#answer(message);
    else if (message) this.#take(message);
  }

  /** An opaque origin has no name to address; what is sent is the App's own. */
  #send(message: object): void {
    this.#frame.contentWindow?.postMessage(message, '*');
  }

  #notify(method: string, params: object): void {
    this.#send({ jsonrpc: '2.0', method, params });
  }

  #take({ method, params }: AppNotification): void {
    if (method === 'ui/notifications/size-changed') {
      const height = heightFor(params['height']);
      if (height !== undefined) this.#options.onHeight(height);
    } else if (method === 'ui/notifications/initialized' && !this.#started) {
      this.#started = true;
      this.#notify('ui/notifications/tool-input', { arguments: this.#options.input });
      this.#notify('ui/notifications/tool-result', asObject(this.#options.result) ?? {});
    } else if (method === 'ui/notifications/request-teardown') {
      this.end();
      this.#options.onEnd('The App closed itself.');
    }
  }

  async #answer({ id, method, params }: AppRequest): Promise<void> {
    try {
      const result = await this.#resultOf(method, params);
      if (result === undefined) {
        this.#fail(id, methodNotFound, `${method} is not offered here`);
      } else this.#send({ jsonrpc: '2.0', id, result });
    } catch (error) {
      // Only words that are meant for the App: others may tell of this page.
      const message = error instanceof AppRefusal ? error.message : 'It failed.';
      this.#fail(id, error instanceof AppRefusal ? refused : invalidParams, message);
    }
  }

  #fail(id: string | number, code: number, message: string): void {
    this.#send({ jsonrpc: '2.0', id, error: { code, message } });
  }

  async #resultOf(
    method: string,
    params: Readonly<Record<string, unknown>>,
  ): Promise<object | undefined> {
    switch (method) {
      case 'ui/initialize':
        return this.#hello();
      case 'ping':
        return {};
      case 'tools/call':
        return asObject(await this.#call(params)) ?? {};
      case 'ui/open-link':
        return (await this.#open(params)) ? {} : { isError: true };
      case 'ui/request-display-mode':
        return { mode: 'inline' };
      default:
        return undefined;
    }
  }

  #hello(): object {
    const isDark = getComputedStyle(document.documentElement).colorScheme === 'dark';
    return {
      protocolVersion,
      hostInfo: { name: 'Plugboard', version: '1' },
      hostCapabilities: { openLinks: {}, serverTools: {}, sandbox: {} },
      hostContext: {
        toolInfo: { tool: this.#options.tool },
        theme: isDark ? 'dark' : 'light',
        displayMode: 'inline',
        availableDisplayModes: ['inline'],
        containerDimensions: { maxHeight: heights.most, width: this.#frame.clientWidth },
        locale: navigator.language,
        timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        platform: 'web',
      },
    };
  }

  async #call(params: Readonly<Record<string, unknown>>): Promise<unknown> {
    const { name } = params;
    if (typeof name !== 'string') throw new AppRefusal('Say which tool: "name".');
    this.#calls += 1;
    if (this.#underWay >= mostCallsAtOnce || this.#calls > mostCallsInAll) {
      throw new AppRefusal('Too many calls.');
    }
    this.#underWay += 1;
    try {
      return await this.#options.callTool(name, asObject(params['arguments']) ?? {});
    } finally {
      this.#underWay -= 1;
    }
  }

  async #open(params: Readonly<Record<string, unknown>>): Promise<boolean> {
    const url = outsideUrl(params['url']);
    if (url === undefined || this.#asking) return false;
    this.#asking = true;
    try {
      return await this.#options.openLink(url);
    } finally {
      this.#asking = false;
    }
  }
}
