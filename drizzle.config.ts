import { defineConfig } from 'drizzle-kit';

// The compiled tables, because drizzle-kit cannot follow the .js endings that the sources import by.
export default defineConfig({
  dialect: 'postgresql',
  schema: './build/src/resources/*/*.table.js',
  out: './migrations',
});
