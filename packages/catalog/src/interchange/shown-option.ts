/** An option's name; what is joined to a short one may be a value. */
export function shownOption(text: string): string {
  return /^--[A-Za-z][\w-]{0,40}(?==|$)/.exec(text)?.[0] ?? /^-[A-Za-z]/.exec(text)?.[0] ?? 'one';
}
