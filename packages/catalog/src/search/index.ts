export { chooseVersion, compareVersions, mayView, viewers } from './choose-version.ts';
export type { EntrySource, EntryVersion, Viewer } from './choose-version.ts';
export { foldText } from './fold.ts';
export { wordForms } from './forms.ts';
export { lettersFor, mergeServer, readCatalogMeta } from './merge-server.ts';
export type { MergeInput } from './merge-server.ts';
export { mergeTools } from './merge-tools.ts';
export type { MergedCredential, MergedServer, MergedTool, ServerIcon } from './merged-server.ts';
export { parseQuery } from './parse-query.ts';
export type { Choice, QueryMessage, SearchQuery } from './parse-query.ts';
export {
  boostOf,
  phraseText,
  postingsOf,
  serverPhrases,
  toolNameWeight,
  toolPhrases,
} from './postings.ts';
export type { Posting } from './postings.ts';
export { cutQuery } from './query-pieces.ts';
export { facetKeys, features, queryKeys, sortOrders } from './query-keys.ts';
export type { FacetKey, SortOrder } from './query-keys.ts';
export { allowedSlips, countSlips, letterMask } from './spelling.ts';
export { synonymsOf } from './synonyms.ts';
export { identifierWords, proseWords } from './words.ts';
