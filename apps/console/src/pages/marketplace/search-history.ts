import { useSyncExternalStore } from 'react';

const key = 'plugboard-searches';
const most = 8;
const listeners = new Set<() => void>();
let known: { readonly text: string | null; readonly list: readonly string[] } | undefined;

/** What was searched for in this browser, newest first. */
export function useSearchHistory(): readonly string[] {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, readHistory);
}

/** Keeps a search that led somewhere. */
export function rememberSearch(query: string): void {
  const text = query.trim().slice(0, 200);
  if (text === '') return;
  write([text, ...readHistory().filter((each) => each !== text)].slice(0, most));
}

/** Forgets all of them. */
export function clearHistory(): void {
  write([]);
}

function readHistory(): readonly string[] {
  const text = localStorage.getItem(key);
  if (known?.text !== text) known = { text, list: parse(text) };
  return known.list;
}

function parse(text: string | null): readonly string[] {
  try {
    const list: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(list)
      ? list.filter((each) => typeof each === 'string').slice(0, most)
      : [];
  } catch {
    return [];
  }
}

function write(list: readonly string[]): void {
  if (list.length === 0) localStorage.removeItem(key);
  else localStorage.setItem(key, JSON.stringify(list));
  listeners.forEach((listener) => listener());
}
