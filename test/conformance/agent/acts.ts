import type { Client, StandardSchemaV1 } from '@modelcontextprotocol/client';

/** What the scenario tells its client to do (`MCP_CONFORMANCE_CONTEXT`). */
export interface ScenarioContext {
  readonly toolCalls?: readonly { name: string; arguments: Record<string, unknown> }[];
}

type Act = (agent: Client, context: ScenarioContext) => Promise<unknown>;

/** What an agent does in each scenario of the client's side, through Plugboard. */
export const acts: Readonly<Record<string, Act>> = {
  initialize: listTools,
  'request-metadata': listTools,
  'json-schema-ref-no-deref': listTools,
  tools_call: (agent) => agent.callTool({ name: 'add_numbers', arguments: { a: 5, b: 3 } }),
  'elicitation-sep1034-client-defaults': (agent) =>
    agent.callTool({ name: 'test_client_elicitation_defaults', arguments: {} }),
  'sse-retry': (agent) => agent.callTool({ name: 'test_reconnection', arguments: {} }),

  async 'sep-2322-client-request-state'(agent) {
    const call = (name: string) => agent.callTool({ name, arguments: {} });
    await Promise.all([call('test_mrtr_echo_state'), call('test_mrtr_unrelated')]);
    await call('test_mrtr_no_state');
    await call('test_mrtr_no_result_type');
  },

  async 'http-standard-headers'(agent) {
    const { tools } = await agent.listTools();
    for (const { name } of tools) await agent.callTool({ name, arguments: {} });
    const { resources } = await agent.listResources();
    for (const { uri } of resources) await agent.readResource({ uri });
    const { prompts } = await agent.listPrompts();
    for (const { name } of prompts) await agent.getPrompt({ name });
  },

  async 'http-custom-headers'(agent, { toolCalls = [] }) {
    // The SDK reads from the list which arguments travel in headers.
    await agent.listTools();
    for (const call of toolCalls) await agent.callTool(call);
  },

  async 'http-invalid-tool-headers'(agent) {
    // As Plugboard lists them: the SDK would leave out invalid ones by itself.
    const { tools } = await agent.request({ method: 'tools/list' }, anyTools);
    for (const { name } of tools) {
      await agent.callTool({ name, arguments: { region: 'us-west1', value: 'x' } });
    }
  },

  async 'json-schema-2020-12-preservation'(agent) {
    const { tools } = await agent.request({ method: 'tools/list' }, anyTools);
    const schema = tools.find(({ name }) => name === 'json_schema_2020_12_tool')?.inputSchema;
    await agent.callTool({ name: 'json_schema_echo', arguments: { schema } });
  },

  'sep-2640-client-no-prefetch': (agent) =>
    agent.request({ method: 'skills/list', params: {} }, anything<unknown>()),
};

/** Scenarios whose server asks. */
export const answeringScenarios: ReadonlySet<string> = new Set([
  'elicitation-sep1034-client-defaults',
  'sep-2322-client-request-state',
]);

function listTools(agent: Client): Promise<unknown> {
  return agent.listTools();
}

interface ToolList {
  readonly tools: readonly { readonly name: string; readonly inputSchema: unknown }[];
}

const anyTools = anything<ToolList>();

/** Takes a result as it came. */
function anything<Result>(): StandardSchemaV1<unknown, Result> {
  return {
    '~standard': {
      version: 1,
      vendor: 'conformance',
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the suite looks into it, not we
      validate: (value) => ({ value: value as Result }),
    },
  };
}
