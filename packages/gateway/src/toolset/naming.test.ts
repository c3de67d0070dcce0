import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { exposeName, exposeUri, parseExposedUri } from './naming.ts';

const slug = fc.stringMatching(/^[a-z][a-z0-9]{0,7}(-[a-z0-9]{1,7}){0,2}$/);

describe('exposeName', () => {
  it('puts the instance before the name', () => {
    expect(exposeName('memory', 'read_graph')).toBe('memory__read_graph');
  });

  it('is legal for every client, whatever the server calls its tool', () => {
    fc.assert(
      fc.property(slug, fc.string({ unit: 'grapheme', maxLength: 200 }), (instance, name) => {
        expect(exposeName(instance, name)).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
      }),
    );
  });

  it('keeps different names apart', () => {
    const long = 'a'.repeat(100);
    expect(exposeName('x', `${long}1`)).not.toBe(exposeName('x', `${long}2`));
    expect(exposeName('x', 'a.b')).not.toBe(exposeName('x', 'a/b'));
    expect(exposeName('x', 'a.b')).not.toBe(exposeName('x', 'a_b'));
  });

  it('is the same each time', () => {
    expect(exposeName('x', 'ein Wörtchen')).toBe(exposeName('x', 'ein Wörtchen'));
  });
});

describe('exposeUri', () => {
  it('can be taken apart again', () => {
    fc.assert(
      fc.property(slug, fc.webUrl(), (instance, uri) => {
        expect(parseExposedUri(exposeUri(instance, uri))).toEqual({ instanceSlug: instance, uri });
      }),
    );
  });

  it('finds no instance in a plain URI', () => {
    expect(parseExposedUri('file:///a+b')).toBeUndefined();
  });
});
