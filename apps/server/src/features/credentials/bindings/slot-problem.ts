import { isReservedHeader } from '@plugboard/runtime';

import type { BindingRow } from './queries.ts';

type Place = BindingRow['place'];

const environmentName = /^[A-Za-z_][A-Za-z0-9_]*$/;
const headerName = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

/**
 * Variables by which whoever writes them decides what runs: loaders', interpreters' and shells' own.
 * What a credential holds is data, and never goes there.
 */
const ruling =
  /^(?:PATH|HOME|TMPDIR|IFS|ENV|BASH_ENV|BASH_FUNC_.*|SHELLOPTS|BASHOPTS|PS4|LD_.*|DYLD_.*|GCONV_PATH|GLIBC_TUNABLES|MALLOC_.*|LOCPATH|NODE_(?:OPTIONS|PATH|REPL_.*|V8_COVERAGE|USE_ENV_PROXY|EXTRA_CA_CERTS)|npm_config_.*|PYTHON(?:PATH|HOME|STARTUP|INSPECT|BREAKPOINT|WARNINGS)|PERL5?(?:LIB|OPT|DB)|RUBY(?:OPT|LIB)|GEM_(?:PATH|HOME)|JAVA_TOOL_OPTIONS|_?JAVA_OPTIONS|JDK_JAVA_OPTIONS|CLASSPATH|DOTNET_STARTUP_HOOKS|GIT_(?:SSH|SSH_COMMAND|EXEC_PATH|CONFIG.*)|(?:HTTPS?|ALL|NO)_PROXY|PLUGBOARD_.*)$/i;

/**
 * What is wrong with the name of a slot in a place; undefined when nothing is. The one rule for secrets
 * that are bound, for those that are sealed in an instance, and for what is asked of members.
 */
export function slotProblem(slot: string, place: Place, isRemote: boolean): string | undefined {
  if (isRemote !== (place === 'header')) {
    return isRemote
      ? 'can only be a header, for the server is spoken to by HTTP.'
      : 'cannot be a header, for the server runs here: it gets variables, files and descriptors.';
  }
  if (place === 'header') {
    if (!headerName.test(slot)) return 'must be the name of an HTTP header.';
    return isReservedHeader(slot)
      ? "is a header of the transport's own, which nothing else may set."
      : undefined;
  }
  if (!environmentName.test(slot)) return 'must be the name of an environment variable.';
  return ruling.test(slot)
    ? 'is a variable that decides what runs and how, and takes no secret. Set it as a plain variable (env) if that is meant.'
    : undefined;
}
