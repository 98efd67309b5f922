/** Run by tap once before all test files (`before` in .taprc). */
import { makeTemplate } from './database.js';

const { server } = await makeTemplate();
process.stderr.write(`# tests run on ${server === null ? 'the PostgreSQL that is there' : 'a PostgreSQL from npm'}\n`);
