/** The parts of npm's configuration reader that are used here; it ships no types. */
declare module '@npmcli/config' {
  class Config {
    constructor(options: {
      readonly npmPath: string;
      readonly definitions: unknown;
      readonly shorthands: unknown;
      readonly flatten: unknown;
      readonly argv: readonly string[];
      readonly warn: boolean;
    });
    load(): Promise<void>;
    readonly flat: Readonly<Record<string, unknown>>;
  }
  export default Config;
}

declare module '@npmcli/config/lib/definitions/index.js' {
  const npmSettings: {
    readonly definitions: { readonly registry: { readonly default: string } };
    readonly flatten: unknown;
    readonly shorthands: unknown;
  };
  export default npmSettings;
}
