/** How calls end. */
export const callOutcomes = [
  'ok',
  'tool_error',
  'error',
  'refused',
  'cancelled',
  'input_required',
] as const;

export type CallOutcomeName = (typeof callOutcomes)[number];
