import type { Instance } from '@plugboard/contracts/api';
import { describe, expect, it } from 'vitest';

import { countStates, filterInstances } from './filter-instances.ts';

function buildInstance(slug: string, more: Partial<Instance> = {}): Instance {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is not read is left out
  return {
    slug,
    server: `com.example/${slug}`,
    title: slug,
    version: '1.0.0',
    toolbox: { id: '1', slug: 'starter' },
    state: { name: 'ready', restarts: 0 },
    ...more,
  } as Instance;
}

const notes = buildInstance('notes', { updateAvailable: '1.1.0' });
const weather = buildInstance('weather', {
  toolbox: { id: '2', slug: 'payments' },
  state: { name: 'failing', restarts: 3 },
});
const all = [notes, weather];

describe('filtering instances', () => {
  it('asks for every word, anywhere, whatever the case', () => {
    expect(filterInstances(all, { q: ' NOTES  example ' })).toEqual([notes]);
    expect(filterInstances(all, { q: 'notes payments' })).toEqual([]);
    expect(filterInstances(all, { q: '' })).toEqual(all);
  });

  it('takes a text as it is, not as a pattern', () => {
    expect(filterInstances(all, { q: '.*' })).toEqual([]);
    expect(filterInstances(all, { q: '(' })).toEqual([]);
  });

  it('asks for state, toolbox and updates together', () => {
    expect(filterInstances(all, { state: 'failing', toolbox: 'payments' })).toEqual([weather]);
    expect(filterInstances(all, { state: 'failing', updates: true })).toEqual([]);
    expect(filterInstances(all, { updates: true })).toEqual([notes]);
    expect(filterInstances(all, { state: 'no such state' })).toEqual([]);
  });

  it('counts states', () => {
    expect(countStates(all)).toMatchObject({ ready: 1, failing: 1, stopped: 0 });
  });
});
