/** Price lists that are too large for the memory: refused rows are counted beyond those that are named. */
export const largePushes = `
-- Null: the push came before; \`rejected\` names all of them.
ALTER TABLE push ADD COLUMN rejected_count integer;
-- Articles with several barcodes are few: found without reading the text of every article.
CREATE INDEX article_with_gtins ON article (sku) WHERE body LIKE '%"gtins":%';
`;
