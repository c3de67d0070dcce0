import {
  parseTree,
  type ParseError,
  findNodeAtLocation,
  getNodeValue,
  type Node,
} from 'jsonc-parser';

/** Where servers and what belongs to them stand in any of the known files. */
const sections = [
  'mcpServers',
  'mcp_servers',
  'servers',
  'inputs',
  'mcp',
  'context_servers',
  'namespaces',
  'groups',
  'registry',
  'name',
  'id',
];
const projectSections = ['mcpServers', 'disabledMcpServers', 'disabledMcpjsonServers'];

/**
 * The part of a client's JSON file that is about servers: the rest, such as its history and the
 * accounts it knows, is nobody else's business and does not leave the machine. Text that is not JSON
 * stays as it is.
 */
export function serverSections(text: string): string {
  const errors: ParseError[] = [];
  let root: Node | undefined;
  try {
    root = parseTree(text.replace(/^\uFEFF/, ''), errors, { allowTrailingComma: true });
  } catch {
    // Nested too deeply; whoever reads it says so.
    return text;
  }
  if (errors.length > 0 || root?.type !== 'object') return text;
  const kept = [...parts(root, sections)];
  const projects = findNodeAtLocation(root, ['projects']);
  if (projects?.type === 'object') {
    const folders = (projects.children ?? []).flatMap((property) => {
      const [key, value] = property.children ?? [];
      if (typeof key?.value !== 'string' || value?.type !== 'object') return [];
      const own = [...parts(value, projectSections)];
      return own.length > 0 ? [`${JSON.stringify(key.value)}: {${own.join(', ')}}`] : [];
    });
    kept.push(`"projects": {${folders.join(', ')}}`);
  }
  return `{${kept.join(',\n')}}`;
}

/** Properties as JSON text. */
function* parts(object: Node, keys: readonly string[]): Iterable<string> {
  for (const key of keys) {
    const value = findNodeAtLocation(object, [key]);
    if (value) yield `${JSON.stringify(key)}: ${JSON.stringify(getNodeValue(value))}`;
  }
}
