// Runs inside a sandbox before the server, in the same process: opens the listening socket through
// which the server reaches Plugboard's proxy, hands it to Plugboard, and becomes the server. It is
// plain JavaScript because stripping types would delay each start.
'use strict';

const { createServer } = require('node:net');

const prefix = 'PLUGBOARD_SERVER_ENV_';
const [, , port, ...command] = process.argv;

const listener = createServer();
listener.listen({ host: '127.0.0.1', port: Number(port), backlog: 511 }, () => {
  process.send('listening', listener, undefined, (error) => {
    if (error) throw error;
    process.execve(command[0], command, serverEnvironment());
  });
});

/** The server's variables travel under a prefix, so that none of them acts on this program. */
function serverEnvironment() {
  return Object.fromEntries(
    Object.entries(process.env)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]),
  );
}
