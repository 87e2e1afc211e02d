/** Scans that were acknowledged in a storm and are still to be read: what each row holds is in `scan-backlog.ts`. */
export const unread = `
CREATE TABLE unread (
	n INTEGER PRIMARY KEY, wall TEXT NOT NULL, boot TEXT NOT NULL, mono_ms INTEGER NOT NULL, quality TEXT NOT NULL, packed TEXT NOT NULL);
`;
