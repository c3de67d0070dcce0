import { describe, expect, it } from 'vitest';

import { isLostPage, reloadOnce } from './lost-page.ts';

const lost = new TypeError('Importing a module script failed.');

function buildMeans() {
  const kept = new Map<string, string>();
  const reloads: true[] = [];
  const storage = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
  };
  return { reloads, means: { storage, reload: () => void reloads.push(true) } };
}

describe('a page whose code is gone', () => {
  it.each([
    'Failed to fetch dynamically imported module: http://127.0.0.1/assets/AuditPage-x.js',
    'error loading dynamically imported module: http://127.0.0.1/assets/AuditPage-x.js',
    'Importing a module script failed.',
    'Unable to preload CSS for /assets/AuditPage-x.css',
  ])('is known by what browsers say: %s', (message) => {
    expect(isLostPage(new TypeError(message))).toBe(true);
  });

  it('is not any other failure', () => {
    for (const error of [new TypeError('Failed to fetch'), new Error('a fault'), 'text', null]) {
      expect(isLostPage(error)).toBe(false);
    }
  });

  it('is loaded anew once, and again after the next update', () => {
    const { reloads, means } = buildMeans();
    expect(reloadOnce(lost, { ...means, now: 1_000_000 })).toBe(true);
    expect(reloadOnce(lost, { ...means, now: 1_001_000 })).toBe(false);
    expect(reloads).toHaveLength(1);
    expect(reloadOnce(lost, { ...means, now: 2_000_000 })).toBe(true);
    expect(reloads).toHaveLength(2);
  });

  it('is not loaded anew after the router did so', () => {
    const { reloads, means } = buildMeans();
    means.storage.setItem(`tanstack_router_reload:${lost.message}`, '1');
    expect(reloadOnce(lost, means)).toBe(false);
    expect(reloads).toEqual([]);
  });

  it('is not loaded anew where nothing can be remembered, which would never end', () => {
    const { reloads, means } = buildMeans();
    const closed = {
      ...means.storage,
      getItem: () => {
        throw new Error('storage is closed');
      },
    };
    expect(reloadOnce(lost, { ...means, storage: closed })).toBe(false);
    expect(reloads).toEqual([]);
  });
});
