/** What an instance needs to be added; see `addInstanceSchema` of the contract. */
export interface NewInstance {
  readonly server: string;
  readonly slug: string;
  readonly args?: readonly string[];
  readonly idleMs?: number;
  readonly allowPrivateNetwork?: boolean;
}

/** The few procedures of Plugboard's API that benchmarks use, over plain HTTP. */
export class Api {
  readonly #url: string;
  readonly #key: string;

  constructor(url: string, key: string) {
    this.#url = `${url}/api/v1`;
    this.#key = key;
  }

  /** Adds an instance to the starter toolbox and waits until it can be used. */
  async addInstance(instance: NewInstance): Promise<void> {
    const response = await this.#post('/instances', instance);
    const events = await response.text();
    if (!events.includes('"type":"done"')) throw new Error(`adding ${instance.slug}: ${events}`);
  }

  /** The name of an instance's state, such as `sleeping`. */
  async stateOf(slug: string): Promise<string> {
    const response = await fetch(`${this.#url}/instances/${slug}`, {
      headers: { authorization: `Bearer ${this.#key}` },
    });
    const { state }: { state: { name: string } } = JSON.parse(await response.text());
    return state.name;
  }

  /** Makes an agent that may use all of the starter toolbox, and returns its token. */
  async createAgent(slug: string): Promise<string> {
    await this.#post('/agents', { slug });
    const target = { scope: 'toolbox', toolbox: 'starter' };
    await this.#post('/grants', { agent: slug, target, level: 'admin' });
    const response = await this.#post(`/agents/${slug}/tokens`, {});
    const { token }: { token: string } = JSON.parse(await response.text());
    return token;
  }

  async #post(path: string, body: object): Promise<Response> {
    const response = await fetch(this.#url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${await response.text()}`);
    return response;
  }
}
