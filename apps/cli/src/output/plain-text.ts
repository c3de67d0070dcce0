// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const unsafe = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Text from servers as a terminal may show it: control characters, with which it could move the
 * cursor, rename the window or hide itself, become visible. Tabs stay, and line ends where asked for.
 */
export function plainText(text: string, { lines = false } = {}): string {
  return text.replaceAll(unsafe, (character) => {
    if (lines && character === '\n') return character;
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
