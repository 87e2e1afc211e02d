/** The scan backlog: scans that were acknowledged in a storm and are not facts yet (`scan-backlog.ts`). */
export const scanBacklogTable = `
CREATE TABLE unread (
	n INTEGER PRIMARY KEY, wall TEXT NOT NULL, boot TEXT NOT NULL, mono_ms INTEGER NOT NULL, quality TEXT NOT NULL, packed TEXT NOT NULL);
`;
