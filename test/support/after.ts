/** Run by tap once after all test files (`after` in .taprc), whether they passed or not. */
import { dropTemplate } from './database.js';

await dropTemplate();
