import { describe, expect, it } from 'vitest';

import { eventually, within } from '../harness/eventually.ts';
import { plugboardForFile } from '../harness/for-file.ts';
import { packageOf } from '../registry/registry.ts';

const fixture = plugboardForFile({}, async ({ plugboard }) => {
  await plugboard.api.toolboxes.create({ slug: 'other' });
  await plugboard.add({ server: packageOf('slow'), slug: 'slow' });
  await plugboard.add({ server: packageOf('echo'), slug: 'echo' });
  await plugboard.add({ server: packageOf('ten-tools'), slug: 'ten', toolbox: 'other' });
});

const slowReads = ['slow__cancelled', 'slow__calls', 'slow__pid'];
/** Milliseconds that what runs out by itself lasts: a machine may stand still for a second or two meanwhile. */
const enoughToUseIt = 6000;
const ten = Array.from({ length: 10 }, (_, n) => `ten__tool_${n}`);

let agents = 0;
function slug(): string {
  agents += 1;
  return `agent-${agents}`;
}

describe('what an agent may use', () => {
  it('is nothing until something is granted', async () => {
    const { plugboard } = fixture;
    const client = await plugboard.client(await plugboard.agent(slug()));
    for (const method of [
      'tools/list',
      'prompts/list',
      'resources/list',
      'resources/templates/list',
    ]) {
      const { message } = await client.request(method);
      expect(Object.values(message.result)).toEqual([[]]);
    }
    await expect(plugboard.client(await plugboard.agent(slug()), '/starter')).rejects.toThrow(
      /nothing at \/mcp\/starter that this agent may use/,
    );
  });

  it.each([
    ['a toolbox', { other: 'read' }, ten],
    ['a server', { slow: 'read' }, slowReads],
    ['several', { slow: 'execute', other: 'read' }, ['slow__wait', ...slowReads, ...ten]],
  ] as const)('is what a grant on %s reaches', async (_scope, grants, tools) => {
    const { plugboard } = fixture;
    const client = await plugboard.client(await plugboard.agent(slug(), grants));
    expect((await client.toolNames()).sort()).toEqual([...tools].sort());
  });

  it('is one tool when one is granted', async () => {
    const { plugboard } = fixture;
    const agent = slug();
    const token = await plugboard.agent(agent);
    const target = { scope: 'offering', instance: 'ten', name: 'tool_3' } as const;
    await plugboard.api.grants.create({ agent, target, level: 'read' });
    const client = await plugboard.client(token);
    expect(await client.toolNames()).toEqual(['ten__tool_3']);
    expect(await client.say('ten__tool_3')).toBe(':3:0');
    expect((await client.refused('ten__tool_4')).code).toBe(-32602);
  });

  it('is less what is denied, whatever else allows it', async () => {
    const { plugboard } = fixture;
    const agent = slug();
    const token = await plugboard.agent(agent, { other: 'admin', ten: 'admin' });
    const target = { scope: 'offering', instance: 'ten', name: 'tool_3' } as const;
    await plugboard.api.grants.create({ agent, target, level: 'read', effect: 'deny' });
    const client = await plugboard.client(token);
    expect(await client.toolNames()).toEqual(ten.filter((name) => name !== 'ten__tool_3'));
    expect((await client.refused('ten__tool_3')).code).toBe(-32602);
  });

  it('answers alike for what is not granted, what is denied and what does not exist', async () => {
    const { plugboard } = fixture;
    const agent = slug();
    const token = await plugboard.agent(agent, { ten: 'read' });
    const target = { scope: 'offering', instance: 'ten', name: 'tool_3' } as const;
    await plugboard.api.grants.create({ agent, target, level: 'read', effect: 'deny' });
    const client = await plugboard.client(token);
    const answers = await Promise.all(
      ['ten__tool_3', 'slow__calls', 'ten__tool_99', 'nobody__calls'].map(async (name) => {
        const error = await client.refused(name);
        return JSON.stringify(error).replaceAll(name, 'NAME');
      }),
    );
    expect(new Set(answers).size).toBe(1);
    const at = async (path: string) =>
      (await client.request('initialize', { protocolVersion: '2025-11-25' }, {})).status &&
      plugboard.client(token, path).then(
        () => 'opened',
        (error: unknown) => String(error).replaceAll(path, 'PATH'),
      );
    expect(await at('/starter/slow')).toBe(await at('/starter/nobody'));
    expect(await at('/starter')).toBe(await at('/nowhere'));
  });

  it('names the level that is missing where a grant reaches the tool', async () => {
    const { plugboard } = fixture;
    const client = await plugboard.client(await plugboard.agent(slug(), { slow: 'read' }));
    expect(await client.toolNames()).not.toContain('slow__wait');
    const error = await client.refused('slow__wait');
    expect(error).toMatchObject({ data: { code: 'forbidden' } });
    expect(error.message).toMatch(/execute is needed/);
  });

  it('follows the level that an admin sets', async () => {
    const { plugboard } = fixture;
    const token = await plugboard.agent(slug(), { ten: 'read' });
    const client = await plugboard.client(token);
    const tool = { instance: 'ten', name: 'tool_7' };
    await plugboard.api.offerings.setLevel({ ...tool, level: 'admin' });
    try {
      await eventually(
        'it was gone',
        async () => !(await client.toolNames()).includes('ten__tool_7'),
      );
      expect((await client.refused('ten__tool_7')).data).toMatchObject({ code: 'forbidden' });
    } finally {
      await plugboard.api.offerings.resetLevel(tool);
    }
    await eventually('it was back', async () => (await client.toolNames()).includes('ten__tool_7'));
  });

  it('is explained by the same decision that calls meet', async () => {
    const { plugboard } = fixture;
    const agent = slug();
    const client = await plugboard.client(await plugboard.agent(agent, { slow: 'read' }));
    const { tools } = await plugboard.api.access.tools({ agent, kind: 'tool', all: true });
    expect(tools.length).toBeGreaterThan(10);
    const listed = await client.toolNames();
    for (const { allowed, exposedName, explanation } of tools) {
      expect(listed.includes(exposedName!)).toBe(allowed);
      expect(explanation).not.toBe('');
    }
    expect(await plugboard.api.access.check({ agent, name: 'slow__wait' })).toMatchObject({
      allowed: false,
      reason: 'level_too_low',
    });
  });
});

describe('a change of what an agent may use', () => {
  it('reaches an open session as list_changed, and its next call', async () => {
    const { plugboard } = fixture;
    const agent = slug();
    const client = await plugboard.client(await plugboard.agent(agent));
    await using stream = await client.listen();
    expect(await client.toolNames()).toEqual([]);
    const target = { scope: 'instance', instance: 'ten' } as const;

    const grant = await plugboard.api.grants.create({ agent, target, level: 'read' });
    await within('the session heard of it', stream.heard('notifications/tools/list_changed'));
    expect(await client.toolNames()).toEqual(ten);

    const heard = stream.messages.length;
    await plugboard.api.grants.revoke({ grant: grant.id });
    await within(
      'the session heard of it',
      stream.heard('notifications/tools/list_changed', heard),
    );
    expect(await client.toolNames()).toEqual([]);
    expect((await client.refused('ten__tool_1')).code).toBe(-32602);
  });

  it('is heard of when a grant runs out by itself', async () => {
    const { plugboard } = fixture;
    const agent = slug();
    const client = await plugboard.client(await plugboard.agent(agent));
    await using stream = await client.listen();
    const expiresAt = new Date(Date.now() + enoughToUseIt).toISOString();
    const target = { scope: 'instance', instance: 'ten' } as const;
    await plugboard.api.grants.create({ agent, target, level: 'read', expiresAt });
    await stream.heard('notifications/tools/list_changed');
    const heard = stream.messages.length;
    expect(await client.toolNames()).toEqual(ten);
    await stream.heard('notifications/tools/list_changed', heard);
    expect(await client.toolNames()).toEqual([]);
  });

  it('leaves other agents alone', async () => {
    const { plugboard } = fixture;
    const [one, other] = [slug(), slug()];
    const client = await plugboard.client(await plugboard.agent(one, { slow: 'read' }));
    const bystander = await plugboard.client(await plugboard.agent(other, { slow: 'read' }));
    await using stream = await client.listen();
    await using quiet = await bystander.listen();
    await plugboard.api.grants.create({
      agent: one,
      target: { scope: 'instance', instance: 'ten' },
      level: 'read',
    });
    await stream.heard('notifications/tools/list_changed');
    expect(quiet.messages).toEqual([]);
    expect((await bystander.toolNames()).sort()).toEqual([...slowReads].sort());
  });
});

describe('a token', () => {
  it('that is revoked ends its open stream and the call under way', async () => {
    const { plugboard } = fixture;
    const agent = slug();
    const token = await plugboard.agent(agent, { slow: 'execute' });
    const client = await plugboard.client(token);
    await using stream = await client.listen();
    const label = `revoked-${agent}`;
    const witness = await plugboard.client(plugboard.demoToken);
    const before = Number(await witness.say('slow__calls'));
    const args = { ms: 120_000, label };
    const call = client.request('tools/call', { name: 'slow__wait', arguments: args });
    await eventually(
      'the call arrived',
      async () => Number(await witness.say('slow__calls')) > before,
    );

    const { tokens } = await plugboard.api.agents.tokens.list({ agent });
    await plugboard.api.agents.tokens.revoke({ agent, token: tokens[0]!.id });

    await eventually('the stream was closed', () => stream.ended);
    const { message } = await within('the call ended', call);
    expect(message.error).toBeDefined();
    await eventually('the server heard of it', async () =>
      (await witness.say('slow__cancelled')).includes(label),
    );
    const { status, headers } = await client.request('tools/list');
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toContain('invalid_token');
  });

  it('leaves the other tokens of its agent in force', async () => {
    const { plugboard } = fixture;
    const agent = slug();
    const kept = await plugboard.agent(agent, { slow: 'read' });
    const second = await plugboard.api.agents.tokens.create({ agent });
    const client = await plugboard.client(kept);
    await plugboard.api.agents.tokens.revoke({ agent, token: second.id });
    await eventually('the second was refused', async () => {
      const refused = await fetch(plugboard.mcpUrl, {
        method: 'POST',
        headers: { authorization: `Bearer ${second.token}` },
      });
      return refused.status === 401;
    });
    expect((await client.toolNames()).sort()).toEqual([...slowReads].sort());
  });

  it('that has expired opens nothing', async () => {
    const { plugboard } = fixture;
    const agent = slug();
    await plugboard.agent(agent, { slow: 'read' });
    const expiresAt = new Date(Date.now() + enoughToUseIt).toISOString();
    const { token } = await plugboard.api.agents.tokens.create({ agent, expiresAt });
    const client = await plugboard.client(token);
    await using stream = await client.listen();
    await eventually('the stream was closed', () => stream.ended);
    expect((await client.request('tools/list')).status).toBe(401);
  });
});

describe('a session', () => {
  it('does not exist for other agents, nor at other endpoints', async () => {
    const { plugboard } = fixture;
    const { RawClient } = await import('../harness/raw-client.ts');
    const mine = await plugboard.client(plugboard.demoToken);
    const theirs = await plugboard.agent(slug(), { slow: 'read' });
    const invented = 'x'.repeat(32);
    const answers = await Promise.all(
      [
        new RawClient(plugboard.mcpUrl, theirs, mine.session),
        new RawClient(plugboard.mcpUrl, theirs, invented),
        new RawClient(`${plugboard.mcpUrl}/starter`, plugboard.demoToken, mine.session),
      ].map(async (client) => {
        const { status, text } = await client.request('tools/list');
        return { status, text };
      }),
    );
    expect(answers[0]!.status).toBe(404);
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
    expect(await mine.end()).toBe(204);
    expect((await mine.request('tools/list')).status).toBe(404);
  });
});

describe('an agent that is removed', () => {
  it('loses its sessions at once', async () => {
    const { plugboard } = fixture;
    const agent = slug();
    const client = await plugboard.client(await plugboard.agent(agent, { slow: 'read' }));
    await using stream = await client.listen();
    await plugboard.api.agents.revoke({ agent });
    await eventually('the stream was closed', () => stream.ended);
    expect((await client.request('tools/list')).status).toBe(401);
  });
});
