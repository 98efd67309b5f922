import t from 'tap';
import { startTestApp } from '../support/app.js';
import { made } from '../support/world.js';

const { admin } = await startTestApp(t, { WEBHOOK_ALLOW_PRIVATE: 'true', LOG_LEVEL: 'error' });
t.test('x', async (t) => {
  const w = await made(admin.post('/v1/webhooks', { url: 'http://127.0.0.1:9/', areaCode: null }));
  t.match(w, { version: 1 });
});
