// An OpenID provider that is not ours: npm's oidc-provider with the pages it brings for development.
// Its clients and scopes are in provider.json beside it; it says on which free port it answers (see ../openid_provider.py).
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const { clients, scopes } = JSON.parse(readFileSync(new URL('provider.json', import.meta.url)));
const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
const server = createServer().listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(url, {
  clients,
  scopes: ['openid', 'offline_access', ...scopes],
  jwks: { keys: [{ ...key, kid: randomUUID(), use: 'sig' }] },
  cookies: { keys: [randomUUID()] },
  pkce: { required: () => true },
  features: { introspection: { enabled: true }, revocation: { enabled: true } },
  // Whoever types an address is taken for its owner.
  findAccount: (_, address) => ({
    accountId: address,
    claims: () => ({ sub: address, email: address, email_verified: true, name: 'Somebody' }),
  }),
  // What the standard leaves open, as Google and Microsoft have it: the ID token says who signed in, and Google gives
  // refresh tokens without the scope offline_access.
  claims: { email: ['email', 'email_verified'], profile: ['name'] },
  conformIdTokenClaims: false,
  issueRefreshToken: (_, client, { scopes: granted }) =>
    client.grantTypeAllowed('refresh_token') && (granted.has('offline_access') || granted.has('https://mail.google.com/')),
  rotateRefreshToken: true,
});

server.on('request', provider.callback());
console.log(`answers at ${url}`);
