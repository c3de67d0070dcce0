/** What a browser chose in the console; the system's otherwise. */
export type PageTheme = 'light' | 'dark' | undefined;

/** The theme that a `Cookie` header says, which the console sets: pages know no other way without script. */
export function themeOf(cookie: string | null | undefined): PageTheme {
  const [, theme] = /(?:^|;\s*)plugboard-theme=(light|dark)(?:;|$)/.exec(cookie ?? '') ?? [];
  return theme === 'light' || theme === 'dark' ? theme : undefined;
}
