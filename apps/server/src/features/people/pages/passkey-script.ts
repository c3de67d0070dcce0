import { hash } from 'node:crypto';

const text = `
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
const text64 = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\\+/g, '-').replace(/\\//g, '_').replace(/=+$/, '');
const ids = (list) => (list ?? []).map((each) => ({ ...each, id: bytes(each.id) }));

async function ask(path, body) {
  const answer = await fetch('/auth' + path, {
    method: body ? 'POST' : 'GET',
    headers: body ? { 'content-type': 'application/json' } : {},
    ...(body && { body: JSON.stringify(body) }),
  });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(said.message ?? 'This did not work.');
  return said;
}

function present(credential) {
  const { response } = credential;
  const parts = {};
  for (const name of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (response[name]) parts[name] = text64(response[name]);
  }
  if (response.getTransports) parts.transports = response.getTransports();
  return { id: credential.id, rawId: text64(credential.rawId), type: credential.type, response: parts,
    clientExtensionResults: credential.getClientExtensionResults() };
}

async function add(name) {
  const options = await ask('/passkey/generate-register-options');
  const credential = await navigator.credentials.create({ publicKey: { ...options,
    challenge: bytes(options.challenge), user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: ids(options.excludeCredentials) } });
  await ask('/passkey/verify-registration', { response: present(credential), name });
}

async function signIn() {
  const options = await ask('/passkey/generate-authenticate-options');
  const credential = await navigator.credentials.get({ publicKey: { ...options,
    challenge: bytes(options.challenge), allowCredentials: ids(options.allowCredentials) } });
  await ask('/passkey/verify-authentication', { response: present(credential) });
}

function offer(id, work) {
  const button = document.getElementById(id);
  if (!button || !window.PublicKeyCredential) return;
  button.hidden = false;
  button.addEventListener('click', async () => {
    const problem = document.getElementById('passkey-problem');
    problem.hidden = true;
    button.disabled = true;
    try {
      await work();
      location.assign(button.dataset.next);
    } catch (error) {
      problem.textContent = error.name === 'NotAllowedError' ? 'The passkey was not used.' : error.message;
      problem.hidden = false;
      button.disabled = false;
    }
  });
}

offer('passkey-sign-in', signIn);
offer('passkey-add', () => add(document.getElementById('passkey-name').value || 'Passkey'));
`;

/** The one script of the pages: what only a script can do. Its path changes with it. */
export const passkeyScript = {
  path: `/pages/passkey-${hash('sha256', text, 'hex').slice(0, 16)}.js`,
  text,
} as const;
