import { styleText } from 'node:util';

const styles = {
  strong: 'bold',
  quiet: 'dim',
  good: 'green',
  bad: 'red',
  warn: 'yellow',
  name: 'cyan',
} as const;

/** Says what a piece of text is; how that looks is decided here alone. */
export type Style = Readonly<Record<keyof typeof styles, (text: string) => string>>;

export function createStyle(colors: boolean): Style {
  const paint = (name: keyof typeof styles) => (text: string) =>
    colors ? styleText(styles[name], text, { validateStream: false }) : text;
  return {
    strong: paint('strong'),
    quiet: paint('quiet'),
    good: paint('good'),
    bad: paint('bad'),
    warn: paint('warn'),
    name: paint('name'),
  };
}
