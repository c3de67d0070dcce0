/** Parts of what registries answer, which is whatever was published. */

/** As a link for people; `git+https://…git` and its like are how npm writes it. */
export function readRepository(repository: unknown): string | undefined {
  const text = textOf(repository) ?? textOf(recordOf(repository)['url']);
  const short = /^(?:github:)?([\w.-]+\/[\w.-]+)$/.exec(text ?? '')?.[1];
  if (short) return `https://github.com/${short}`;
  const url = URL.parse(
    (text ?? '')
      .replace(/^git\+/, '')
      .replace(/^(?:ssh:\/\/)?git@([^:/]+)[:/]/, 'https://$1/')
      .replace(/^git:/, 'https:')
      .replace(/\.git$/, ''),
  );
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') return undefined;
  url.username = '';
  url.password = '';
  return url.href;
}

export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
