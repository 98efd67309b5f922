/** The two languages of the service. Codes, names of fields and values are the same in both. */
export type Language = 'en' | 'th';

/** A text for people, in both languages. */
export interface Bilingual {
  en: string;
  th: string;
}

/** What a code means and what to do about it, for the pages under /problems. */
export interface Explanation {
  title: Bilingual;
  remedy: Bilingual;
}
