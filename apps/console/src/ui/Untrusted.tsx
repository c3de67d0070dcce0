/** Characters that are not seen, or turn the direction of what follows. */
const unseen =
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** The text with what would not be seen in it made visible, as `<U+202E>`. */
export function visibleText(text: string): string {
  return text.replace(unseen, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
  });
}

export interface UntrustedProps {
  readonly children: string;
  readonly className?: string;
}

/** A text that others wrote (a server's name, a description), kept from playing tricks on what is around it. */
export function Untrusted({ children, className }: UntrustedProps) {
  return (
    <bdi title={children} className={className}>
      {visibleText(children)}
    </bdi>
  );
}
