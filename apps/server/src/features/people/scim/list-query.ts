import { scimError } from './scim-error.ts';

/** The most resources of one answer. */
export const maxPage = 100;

export interface Page {
  /** From 1 on. */
  readonly startIndex: number;
  readonly count: number;
}

/** Reads paging (RFC 7644, section 3.4.2.4): what is below the least counts as the least. */
export function readPage(query: Readonly<Record<string, string>>): Page {
  const startIndex = integer(query['startIndex'], 'startIndex') ?? 1;
  const count = integer(query['count'], 'count') ?? maxPage;
  return {
    startIndex: Math.min(Math.max(startIndex, 1), 1_000_000_000),
    count: Math.min(Math.max(count, 0), maxPage),
  };
}

export function presentList(resources: readonly object[], total: number, page: Page): object {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: total,
    startIndex: page.startIndex,
    itemsPerPage: resources.length,
    Resources: resources,
  };
}

/** Leaves out of a resource what the request does not want (RFC 7644, section 3.9). */
export function selectAttributes(
  resource: Readonly<Record<string, unknown>>,
  query: Readonly<Record<string, string>>,
): object {
  const wanted = topNames(query['attributes']);
  const unwanted = topNames(query['excludedAttributes']);
  if (!wanted && !unwanted) return resource;
  return Object.fromEntries(
    Object.entries(resource).filter(([name]) => {
      if (name === 'id' || name === 'schemas') return true;
      const key = name.toLowerCase();
      return wanted ? wanted.has(key) : !unwanted?.has(key);
    }),
  );
}

function topNames(text: string | undefined): ReadonlySet<string> | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const names = text.slice(0, 2000).toLowerCase().split(',');
  return new Set(
    names.map((name) => {
      const bare = name.trim().replace(/^urn:ietf:params:scim:schemas:core:2\.0:\w+:/, '');
      return bare.split('.')[0] ?? '';
    }),
  );
}

function integer(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  if (/^[+-]?\d{1,15}$/.test(text)) return Number(text);
  throw scimError('invalidValue', `${name} is a whole number.`);
}
