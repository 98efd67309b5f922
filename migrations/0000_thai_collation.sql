-- Thai order: a leading vowel sorts after its consonant, as in a dictionary. The default collations sort by code point.
CREATE COLLATION "thai" (provider = icu, locale = 'th');
