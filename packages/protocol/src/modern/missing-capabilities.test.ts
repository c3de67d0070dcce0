import { describe, expect, it } from 'vitest';

import { missingCapabilities, missingCapabilityError } from './missing-capabilities.ts';

describe('missingCapabilities', () => {
  it.each<[Readonly<Record<string, unknown>>, string, string | undefined, object | undefined]>([
    [{}, 'roots/list', undefined, { roots: {} }],
    [{ roots: {} }, 'roots/list', '{}', undefined],
    [{ roots: true }, 'roots/list', '{}', { roots: {} }],
    [{}, 'elicitation/create', '{}', { elicitation: { form: {} } }],
    [{ elicitation: {} }, 'elicitation/create', '{}', undefined],
    [{ elicitation: {} }, 'elicitation/create', '{"mode":"form"}', undefined],
    [{ elicitation: {} }, 'elicitation/create', '{"mode":"url"}', { elicitation: { url: {} } }],
    [
      { elicitation: { url: {} } },
      'elicitation/create',
      '{"mode":"form"}',
      { elicitation: { form: {} } },
    ],
    [{ elicitation: { form: {}, url: {} } }, 'elicitation/create', '{"mode":"url"}', undefined],
    [{}, 'sampling/createMessage', '{}', { sampling: {} }],
    [{ sampling: {} }, 'sampling/createMessage', '{"includeContext":"thisServer"}', undefined],
    [{ sampling: {} }, 'sampling/createMessage', '{"tools":[]}', { sampling: { tools: {} } }],
    [{ sampling: {} }, 'sampling/createMessage', '{"toolChoice":{}}', { sampling: { tools: {} } }],
    [{}, 'sampling/createMessage', '{"tools":[]}', { sampling: { tools: {} } }],
    [{ sampling: { tools: {} } }, 'sampling/createMessage', '{"tools":[]}', undefined],
    [{}, 'ping', undefined, undefined],
    [JSON.parse('{"__proto__":{"roots":{}}}'), 'roots/list', undefined, { roots: {} }],
  ])('of %j for %s %s: %j', (declared, method, params, missing) => {
    const text = params === undefined ? undefined : Buffer.from(params);
    expect(missingCapabilities(declared, method, text)).toEqual(missing);
  });

  it('refuses params that two readers would judge differently', () => {
    for (const params of ['{"mode":"form","mode":"url"}', '{"mode":"form","Mode":"url"}', '[]']) {
      const ask = () => missingCapabilities({}, 'elicitation/create', Buffer.from(params));
      expect(ask, params).toThrow('in a way nobody reads');
    }
  });

  it('make an error that says what to declare', () => {
    expect(missingCapabilityError({ sampling: { tools: {} } })).toMatchObject({
      rpcCode: -32021,
      httpStatus: 400,
      data: { requiredCapabilities: { sampling: { tools: {} } } },
    });
  });
});
