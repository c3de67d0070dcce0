/** Whom a provider says somebody is, after all of its proofs were checked. */
export interface SsoPerson {
  /** What the provider knows them by, for good. */
  readonly subject: string;
  /** In lower case. */
  readonly email: string | undefined;
  readonly emailVerified: boolean;
  readonly name: string | undefined;
  readonly groups: readonly string[];
  /** All that came, for whoever tests the provider. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** A claim or attribute as text; undefined for anything else. */
export function textOf(value: unknown): string | undefined {
  const one: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  if (typeof one !== 'string') return undefined;
  const text = one.trim();
  return text === '' || text.length > 300 ? undefined : text;
}

/** A claim or attribute as a list: of one, of several, or as text parted by commas never. */
export function listOf(value: unknown): readonly string[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  return all.filter((each) => typeof each === 'string').slice(0, 1000);
}

/** An address as users have it; undefined for what is none. */
export function emailOf(value: unknown): string | undefined {
  const text = textOf(value)?.toLowerCase();
  return text !== undefined && text.length <= 254 && /^[^\s@<>"',;:\\]+@[^\s@]+$/.test(text)
    ? text
    : undefined;
}

export function domainOf(email: string): string {
  return email.slice(email.lastIndexOf('@') + 1);
}
