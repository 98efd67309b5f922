/** Run by tap once before all test files (`before` in .taprc). */
import { makeTemplate } from './database.js';

const { engine } = await makeTemplate();
process.stderr.write(`# tests run on ${engine === 'postgresql' ? 'PostgreSQL' : 'the embedded database (PGlite)'}\n`);
