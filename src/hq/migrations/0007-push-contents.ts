/** A push by the SHA-256 of its canonical text: the same id with other contents is refused. Null: of an older build. */
export const pushContents = `
ALTER TABLE push ADD COLUMN contents_sha256 text;
`;
