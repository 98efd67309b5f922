import { z } from 'zod';
import { problems } from '../../domain/problem.js';
import { component } from '../../platform/http/components.js';
import { operation } from '../../platform/http/operation.js';
import { says } from '../../platform/violations/says.js';

const none = z.strictObject({});

const logoutToken = z
  .string()
  .max(16_384)
  .regex(/^[\x21-\x7e]+$/)
  .meta({ description: 'The logout token, a signed JWT' });

says(logoutToken, {
  en: 'A logout token is a signed JWT, as the identity provider made it.',
  th: 'logout token ต้องเป็น JWT ที่ลงลายมือชื่อแล้ว ตามที่ระบบยืนยันตัวตนสร้าง',
});

/** What else a provider may send is passed over, as the standard asks. */
const Logout = component('BackchannelLogout', z.object({ logout_token: logoutToken }));

export const endSessions = operation({
  operationId: 'endSessions',
  method: 'POST',
  path: '/v1/backchannel-logout',
  tag: 'api-keys',
  summary: 'End sign-ins, as an identity provider asks',
  description:
    'OpenID Connect Back-Channel Logout 1.0, for the providers that the operator has set up: the tokens of the session and of the person that the logout token names are refused within a second, on every node.',
  permission: 'public',
  params: none,
  query: none,
  body: Logout,
  bodyExample: { logout_token: 'eyJhbGciOiJSUzI1NiIsInR5cCI6ImxvZ291dCtqd3QifQ.e30.c2lnbmF0dXJl' },
  form: true,
  answer: {
    status: 200,
    description: 'They are ended',
    body: component('SessionsEnded', z.strictObject({})),
    example: {},
  },
  refusals: [problems.logoutTokenRefused, problems.identityProviderAway],
});
